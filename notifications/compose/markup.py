"""Is this MJML well-formed, and what stands where in it?

The MJML library repairs or drops in silence what it does not understand, so the source is read
here first, strictly, with every fault at its line. Liquid is masked out by characters that no
source may hold; offsets stay those of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from notifications.compose.addresses import runs_something
from notifications.compose.components import (
    HOLDS_HTML,
    HOLDS_TEXT,
    KNOWN,
    NEEDS,
    attribute_fault,
    may_hold,
    name_unknown,
)
from notifications.compose.findings import Finding
from notifications.compose.source import Piece
from notifications.compose.spans import Kind, Span

SHOWN, HIDDEN = "\x01", "\x02"  # masks: Liquid that writes text, Liquid that does not
VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
MAX_DEPTH = 100  # open elements
ROW_GROUPS = frozenset(("tbody", "tfoot", "thead"))
FORBIDDEN = frozenset(
    (
        "applet", "base", "embed", "form", "frame", "frameset", "iframe", "input", "math", "object", "script", "select",
        "svg", "template", "textarea",
    )
)  # fmt: skip

_TAG = re.compile(r"<(/?)([A-Za-z][\w:-]*)")
_ATTRIBUTE = re.compile(r"\s+([^\s\"'=<>/\x01\x02]+)(?:\s{0,100}=\s{0,100}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?")
_TAG_END = re.compile(r"\s*(/?)>")
_CONDITIONAL = re.compile(r"<!--\[if|<!--<!\[endif|<!\[endif")


class Attribute(NamedTuple):
    name: str
    start: int  # of the value, without its quotes
    end: int


@dataclass(slots=True, kw_only=True)
class Element:
    """An element; `parent` is None at the top."""

    name: str
    start: int
    parent: Element | None
    attributes: tuple[Attribute, ...] = ()
    inner_start: int = 0  # of what stands in it
    inner_end: int = 0
    children: set[str] = field(default_factory=set)

    @property
    def is_component(self) -> bool:
        return self.name == "mjml" or self.name.startswith("mj-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands: in an element's text, or in one of its attributes."""

    element: Element | None
    attribute: Attribute | None = None
    is_in_comment: bool = False
    is_in_tag: bool = False  # between attributes, where Liquid cannot be lifted out


class Run(NamedTuple):
    """A stretch of source that is all in one place."""

    start: int
    end: int
    place: Place


@dataclass(slots=True)
class Markup:
    """What was read: the runs in order, and everything wrong."""

    runs: list[Run] = field(default_factory=list)
    bare_tables: list[Element] = field(default_factory=list)  # rows without a <tbody>
    findings: list[Finding] = field(default_factory=list)


def strip_comments(piece: Piece) -> Piece:
    """The source without its author's comments; lines stay where they are."""
    text, position = piece.text, 0
    kept: list[str] = []
    while (start := text.find("<!--", position)) >= 0:
        end = text.find("-->", start)
        if end < 0 or _CONDITIONAL.match(text, start):
            kept.append(text[position : start + 4])
            position = start + 4
            continue
        kept.append(text[position:start])
        kept.append(re.sub(r"[^\n]", " ", text[start : end + 3]))
        position = end + 3
    kept.append(text[position:])
    return Piece(text="".join(kept), file=piece.file, line=piece.line)


def mask(text: str, spans: tuple[Span, ...]) -> str:
    """The source with each Liquid span blotted out, character for character."""
    parts: list[str] = []
    position = 0
    for span in spans:
        blot = SHOWN if span.kind in (Kind.OUTPUT, Kind.LITERAL) else HIDDEN
        parts += (text[position : span.start], blot * (span.end - span.start))
        position = span.end
    return "".join((*parts, text[position:]))


def read_markup(piece: Piece, masked: str, *, inside: str) -> Markup:
    """Read a whole document (`inside=""`) or what stands inside the component `inside`."""
    return _Reader(piece, masked, inside).read()


class _Reader:
    def __init__(self, piece: Piece, masked: str, inside: str) -> None:
        self.piece = piece
        self.text = masked
        self.inside = inside
        self.open: list[Element] = []
        self.found = Markup()

    def read(self) -> Markup:
        position = 0
        while position < len(self.text):
            start = self.text.find("<", position)
            start = len(self.text) if start < 0 else start
            self._read_text(position, start)
            position = self._read_tag(start) if start < len(self.text) else start
        for element in self.open:
            self._fault(element.start, f"<{element.name}> is never closed")
        return self.found

    @property
    def top(self) -> Element | None:
        return self.open[-1] if self.open else None

    def _fault(self, offset: int, reason: str) -> None:
        self.found.findings.append(self.piece.finding(offset, reason))

    def _read_text(self, start: int, end: int) -> None:
        if start == end:
            return
        self.found.runs.append(Run(start, end, Place(element=self.top)))
        written = self.text[start:end].replace(HIDDEN, " ")
        if written.strip() and not self._holds_text():
            first = start + len(written) - len(written.lstrip())
            parent = self.top.name if self.top else self.inside
            where = f"directly inside <{parent}>" if parent else "outside <mjml>"
            self._fault(first, f"text {where} is lost: put it into <mj-text>")

    def _holds_text(self) -> bool:
        names = [one.name for one in self.open if one.is_component]
        return bool(names) and (names[-1] in HOLDS_HTML | HOLDS_TEXT or names[-1] not in KNOWN)

    def _read_tag(self, start: int) -> int:
        """Read what a `<` opens; the offset after it."""
        if self.text.startswith("<!", start) or self.text.startswith("<?", start):
            return self._read_declaration(start)
        tag = _TAG.match(self.text, start)
        if tag is None:
            if self.text.startswith("</", start):
                self._fault(start, "a malformed tag")
            self._read_text(start, start + 1)
            return start + 1
        if tag.group(1):
            return self._read_close(tag)
        return self._read_open(tag)

    def _read_declaration(self, start: int) -> int:
        """Conditional comments stay, as text of the element they stand in."""
        if not _CONDITIONAL.match(self.text, start):
            self._fault(start, "only conditional comments, <!--[if …]>, may stand here")
        elif not self._holds_text():
            self._fault(start, "put conditional comments into <mj-raw>")
        closing = "-->" if self.text.startswith("<!--", start) else ">"
        end = self.text.find(closing, start)
        if end < 0:
            self._fault(start, "a comment is never closed")
            return len(self.text)
        place = Place(element=self.top, is_in_comment=True)
        self.found.runs.append(Run(start, end + len(closing), place))
        return end + len(closing)

    def _read_open(self, tag: re.Match[str]) -> int:
        element = Element(name=tag.group(2).lower(), start=tag.start(), parent=self.top)
        position, attributes = self._read_attributes(tag.end(), element)
        element.attributes = tuple(attributes)
        end = _TAG_END.match(self.text, position)
        if end is None:
            return self._read_broken(element, position)
        if len(self.open) >= MAX_DEPTH:
            self._fault(element.start, "nested too deeply")
            return len(self.text)
        self._check(element)
        element.inner_start = end.end()
        if element.parent is not None:
            element.parent.children.add(element.name)
        if not end.group(1) and element.name not in VOID:
            self.open.append(element)
        return end.end()

    def _read_attributes(self, position: int, element: Element) -> tuple[int, list[Attribute]]:
        attributes: list[Attribute] = []
        while found := _ATTRIBUTE.match(self.text, position):
            group = found.lastindex or 1
            value = (found.end(1), found.end(1)) if group == 1 else found.span(group)
            attribute = Attribute(found.group(1).lower(), *value)
            if any(one.name == attribute.name for one in attributes):
                self._fault(found.start(1), f"`{attribute.name}` is there twice")
            attributes.append(attribute)
            place = Place(element=element, attribute=attribute)
            self.found.runs.append(Run(*value, place))
            position = found.end()
        return position, attributes

    def _read_broken(self, element: Element, position: int) -> int:
        rest = self.text[position:].lstrip()
        if rest.startswith((SHOWN, HIDDEN)):
            reason = "Liquid may stand inside an attribute's value, not between attributes"
        else:
            reason = f"malformed tag <{element.name}>"
        self._fault(position, reason)
        end = self.text.find(">", position)
        return len(self.text) if end < 0 else end + 1

    def _read_close(self, tag: re.Match[str]) -> int:
        name = tag.group(2).lower()
        end = self.text.find(">", tag.end())
        if name not in VOID:
            self._close(name, tag.start())
        return len(self.text) if end < 0 else end + 1

    def _close(self, name: str, start: int) -> None:
        """Close the nearest element of that name; those it leaves open are faults."""
        if not any(one.name == name for one in self.open):
            self._fault(start, f"</{name}> without its opening tag")
            return
        while (element := self.open.pop()).name != name:
            self._fault(element.start, f"<{element.name}> is never closed")
        element.inner_end = start
        if name in ("table", "mj-table") and "tr" in element.children and not (element.children & ROW_GROUPS):
            self.found.bare_tables.append(element)

    def _check(self, element: Element) -> None:
        for reason in _faults(element, self.text, self.inside):
            self._fault(element.start, reason)


def _faults(element: Element, text: str, inside: str) -> Iterator[str]:
    if not element.is_component:
        yield from _html_faults(element)
    elif element.name not in KNOWN:
        yield name_unknown(element.name)
    else:
        yield from _component_faults(element, text, inside)
    for attribute in element.attributes:
        value = text[attribute.start : attribute.end]
        if runs_something(attribute.name, value):
            yield f"a link leads to `{value[:80]}`: give a full https:// address"


def _component_faults(element: Element, text: str, inside: str) -> Iterator[str]:
    parent = element.parent.name if element.parent else inside
    if not may_hold(parent, element.name):
        yield f"<{element.name}> cannot stand " + (f"inside <{parent}>" if parent else "at the top of a layout")
    for attribute in element.attributes:
        value = text[attribute.start : attribute.end]
        has_liquid = SHOWN in value or HIDDEN in value
        if reason := attribute_fault(element.name, attribute.name, None if has_liquid else value):
            yield reason
    needed = NEEDS.get(element.name)
    is_default = parent == "mj-attributes" and element.name != "mj-class"
    if needed and not is_default and all(one.name != needed for one in element.attributes):
        yield f"<{element.name}> needs the attribute `{needed}`"


def _html_faults(element: Element) -> Iterator[str]:
    holder = element.parent
    while holder is not None and not holder.is_component:
        holder = holder.parent
    if holder is None or holder.name not in HOLDS_HTML:
        yield f"<{element.name}> is lost there: put it into <mj-text> or <mj-raw>"
    if element.name in FORBIDDEN:
        yield f"<{element.name}> has no place in a mail"
    for attribute in element.attributes:
        if attribute.name.startswith("on"):
            yield f"`{attribute.name}` has no place in a mail"
