"""Which elements does an AMP document consist of, where is Liquid in it, and does one end where it should?"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

from notifications.compose.amp.rules import VOID
from notifications.compose.findings import Finding
from notifications.compose.source import Piece
from notifications.compose.spans import Kind, Span, find_blocks, find_spans

MOST_ELEMENTS, MOST_DEEP, MOST_ATTRIBUTES = 5_000, 60, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One start tag. Where Liquid stood, values and names hold a token."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    line: int
    parents: tuple[str, ...]

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.attributes if key == name), None)


@dataclass(slots=True, kw_only=True)
class Read:
    """A document as it was read; `texts` are what stands in scripts and styles, with their lines."""

    elements: list[Element] = field(default_factory=list)
    texts: list[tuple[Element, str]] = field(default_factory=list)
    declarations: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    tokens: re.Pattern[str]
    spans: dict[str, Span]
    inside: dict[str, tuple[str, ...]] = field(default_factory=dict)  # token -> the very element it stands in
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)  # token -> the tags around it


def read_document(piece: Piece) -> Read:
    """Read it. Raises SourceFault where Liquid itself never ends."""
    spans = find_spans(piece)
    blocks = find_blocks(piece, spans)
    prefix = next(f"lq{number}x" for number in range(len(piece.text) + 1) if f"lq{number}x" not in piece.text)
    tokens = re.compile(rf"{prefix}\d+z")
    named = {f"{prefix}{number}z": span for number, span in enumerate(spans)}
    read = Read(tokens=tokens, spans=named)
    _Reader(piece, read).read(_lift(piece.text, named))
    names = {span: token for token, span in named.items()}
    for block in blocks:
        if len({read.inside.get(names[tag], ("attribute", names[tag])) for tag in block.tags}) > 1:
            reason = "this Liquid block begins in one element and ends in another: put both its ends into the same one"
            read.findings.append(piece.finding(block.tags[0].start, reason))
    return read


def _lift(text: str, named: dict[str, Span]) -> str:
    """The text with a token for each piece of Liquid, on the lines that it had. Raw Liquid stays: AMP reads it."""
    pieces: list[str] = []
    end = 0
    for token, span in named.items():
        written = text[span.start : span.end]
        lines = "\n" * written.count("\n")
        pieces.append(text[end : span.start])
        if span.kind == Kind.LITERAL:
            pieces.append(re.sub(r"\{%-?\s*(?:end)?raw\s*-?%\}", "", written))
        else:
            pieces.append(("" if span.kind == Kind.SILENT else token) + lines)
        end = span.end
    return "".join([*pieces, text[end:]])


class _Endless(Exception):
    """More than any mail holds: what comes after it is not read."""


class _Reader(HTMLParser):
    """Reads as a browser does, but forgives nothing."""

    def __init__(self, piece: Piece, read: Read) -> None:
        super().__init__(convert_charrefs=True)
        self._piece, self._read = piece, read
        self._open: list[Element] = []

    def read(self, text: str) -> None:
        try:
            self.feed(text)
            self.close()
        except _Endless:
            return
        for element in self._open:
            self._say(f"<{element.tag}> is never closed", line=element.line)

    def handle_decl(self, decl: str) -> None:
        self._read.declarations.append(decl.strip().lower())

    def unknown_decl(self, data: str) -> None:
        self._say("this declaration has no place in a mail")

    def handle_pi(self, data: str) -> None:
        self._say("a `<?…>` has no place in a mail")

    def handle_comment(self, data: str) -> None:
        if self._read.tokens.search(data):
            self._say("Liquid in an HTML comment: take the comment out, or write {% comment %}")
        if data.startswith("[if"):
            self._say("conditional comments are not allowed")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._refuse_endless(len(attrs))
        names = [name for name, _ in attrs]
        for name, times in Counter(names).items():
            if times > 1:
                self._say(f"`{name}` stands twice in <{tag}>")
        parents = tuple(one.tag for one in self._open)
        pairs = tuple((name, value or "") for name, value in attrs)
        element = Element(tag=tag, attributes=pairs, line=self._line(), parents=parents)
        self._read.elements.append(element)
        if any(self._read.tokens.search(name) for name in names) or self._read.tokens.search(tag):
            self._say(f"Liquid stands among the attributes of <{tag}>: write it into an attribute's value")
        for name, value in pairs:
            for token in self._read.tokens.findall(value):
                self._read.inside[token] = ("attribute", str(len(self._read.elements)), name)
        if tag not in VOID:
            self._open.append(element)

    def _refuse_endless(self, attributes: int) -> None:
        read = self._read
        if len(self._open) > MOST_DEEP or len(read.elements) > MOST_ELEMENTS or attributes > MOST_ATTRIBUTES:
            self._say(
                f"more than any mail program shows: at most {MOST_ELEMENTS} elements, {MOST_DEEP} deep,"
                f" with {MOST_ATTRIBUTES} attributes each"
            )
            raise _Endless

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._say(f"<{tag}/> does not close itself: write <{tag}></{tag}>")
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            self._say(f"</{tag}> closes nothing: <{tag}> holds nothing")
        elif not any(one.tag == tag for one in self._open):
            self._say(f"</{tag}> closes nothing")
        else:
            while (last := self._open.pop()).tag != tag:
                self._say(f"<{last.tag}> is never closed", line=last.line)

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].tag in {"script", "style"}:
            self._read.texts.append((self._open[-1], data))
        place = ("element", *(str(id(one)) for one in self._open))
        for token in self._read.tokens.findall(data):
            self._read.inside[token] = place
            self._read.names[token] = tuple(one.tag for one in self._open)

    def _line(self) -> int:
        return self.getpos()[0] + self._piece.line - 1

    def _say(self, reason: str, *, line: int | None = None) -> None:
        self._read.findings.append(Finding(file=self._piece.file, line=line or self._line(), reason=reason))
