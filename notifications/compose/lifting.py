"""How does Liquid pass through the MJML compiler unharmed?

It is lifted out to opaque ASCII tokens and put back into the compiled HTML. In an attribute,
or where it writes text, a token is one word; a tag in a place where markup stands travels as
a comment, which MJML treats as mj-raw and every HTML parser leaves where it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from notifications.compose.components import BLOCK_PARENTS, HOLDS_HTML, HOLDS_TEXT
from notifications.compose.findings import Finding, SourceFault
from notifications.compose.markup import Element, Markup, Place, mask, read_markup
from notifications.compose.source import Piece
from notifications.compose.spans import Kind, Span, find_blocks, find_spans

# MJML writes attribute values as it decoded them, so these must not be decoded on the way.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|\w{2,31});|[<>]")
_ESCAPED = {"<": "&lt;", ">": "&gt;"}
_TEXT_ONLY = HOLDS_TEXT | {"style", "title"}

Cut = tuple[int, int, str]  # start, end, what to write there instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted:
    """One thing that was lifted out."""

    text: str
    finding: Finding  # to report when the compiler loses it
    is_liquid: bool
    may_vanish: bool = False  # a style or a default that nothing in the mail uses

    def as_finding(self, reason: str) -> Finding:
        return replace(self.finding, reason=reason)


@dataclass(slots=True)
class Tokens:
    """The tokens of one template. The prefix occurs nowhere in its sources."""

    prefix: str
    lifted: list[Lifted] = field(default_factory=list)
    blocks: list[tuple[int, ...]] = field(default_factory=list)  # numbers of one block's tags

    @classmethod
    def for_sources(cls, *texts: str) -> Tokens:
        seed = "\0".join(texts)
        for attempt in range(1000):
            digest = blake2b(f"{attempt}{seed}".encode(), digest_size=4).hexdigest()
            if (prefix := f"lq{digest}x") not in seed:
                return cls(prefix)
        raise AssertionError("no free token prefix")

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(rf"<!--{self.prefix}(\d+)z-->|{self.prefix}(\d+)z")

    def add(self, lifted: Lifted, *, as_comment: bool = False) -> str:
        self.lifted.append(lifted)
        word = f"{self.prefix}{len(self.lifted) - 1}z"
        return f"<!--{word}-->" if as_comment else word

    def at(self, token: re.Match[str]) -> Lifted:
        return self.lifted[int(token.group(1) or token.group(2))]

    def number(self, token: str) -> int:
        found = self.pattern.fullmatch(token)
        assert found is not None
        return int(found.group(1) or found.group(2))

    def put_back(self, text: str, *, entities_only: bool = False) -> str:
        def original(token: re.Match[str]) -> str:
            lifted = self.at(token)
            return token.group() if entities_only and lifted.is_liquid else lifted.text

        return self.pattern.sub(original, text)

    def liquid_of(self, text: str) -> str:
        """The Liquid alone, in the order in which it stands in the text."""
        found = (self.at(token) for token in self.pattern.finditer(text))
        return "".join(one.text for one in found if one.is_liquid)

    def lost_in(self, text: str) -> list[Finding]:
        """A finding for everything that is not in the text any more."""
        present = {int(one.group(1) or one.group(2)) for one in self.pattern.finditer(text)}
        return [
            lifted.finding
            for number, lifted in enumerate(self.lifted)
            if number not in present and not lifted.may_vanish
        ]


def lift_piece(piece: Piece, tokens: Tokens, *, inside: str) -> str:
    """The MJML of a piece with tokens in place of Liquid. Raises SourceFault with all faults."""
    spans = find_spans(piece)
    blocks = find_blocks(piece, spans)
    markup = read_markup(piece, mask(piece.text, spans), inside=inside)
    places = _places(spans, markup)
    findings = [*markup.findings, *_misplaced(piece, spans, places, inside=inside)]
    for block in blocks:
        if len({_anchor(places.get(tag.start)) for tag in block.tags}) > 1:
            opened = block.tags[0]
            reason = f"{{% {opened.name} %}} must close inside the element it was opened in"
            findings.append(piece.finding(opened.start, reason))
    if findings:
        raise SourceFault(*findings)
    words = {span.start: _word(piece, span, places, tokens) for span in spans}
    tokens.blocks += (tuple(tokens.number(words[tag.start]) for tag in block.tags) for block in blocks)
    cuts = [(span.start, span.end, words[span.start]) for span in spans]
    return _replace(piece, [*cuts, *_row_groups(markup), *_entities(piece, spans, markup, tokens)])


def lift_text(piece: Piece, tokens: Tokens) -> str:
    """Plain text, such as the preheader, with tokens in place of Liquid."""
    spans = find_spans(piece)
    find_blocks(piece, spans)
    parts: list[str] = []
    position = 0
    for span in spans:
        parts += (piece.text[position : span.start], tokens.add(_lifted(piece, span)))
        position = span.end
    return "".join((*parts, piece.text[position:]))


def _places(spans: tuple[Span, ...], markup: Markup) -> dict[int, Place]:
    """Where each span stands, by its start; a span in broken markup has no place."""
    places: dict[int, Place] = {}
    runs = iter(sorted(markup.runs, key=lambda run: (run.start, run.end)))
    run = next(runs, None)
    for span in spans:
        while run is not None and run.end <= span.start:
            run = next(runs, None)
        if run is not None and run.start <= span.start:
            places[span.start] = run.place
    return places


def _anchor(place: Place | None) -> tuple[object, ...]:
    if place is None:
        return (None,)
    return (id(place.element), place.attribute, place.is_in_comment)


def _misplaced(piece: Piece, spans: tuple[Span, ...], places: dict[int, Place], *, inside: str) -> list[Finding]:
    """Liquid tags where MJML counts or reorders its children."""
    return [
        piece.finding(span.start, f"a Liquid tag cannot stand directly inside <{parent}>")
        for span in spans
        if span.kind is Kind.TAG
        and (place := places.get(span.start)) is not None
        and place.attribute is None
        and (parent := place.element.name if place.element else inside or "mjml")
        and (parent == "mjml" or parent.startswith("mj-"))
        and parent not in BLOCK_PARENTS
        and not _holds_text(place)
    ]


def _holds_text(place: Place) -> bool:
    return place.element is not None and place.element.name in HOLDS_HTML | HOLDS_TEXT


def _lifted(piece: Piece, span: Span, *, may_vanish: bool = False) -> Lifted:
    text = piece.text[span.start : span.end]
    shown = text if len(text) <= 40 else f"{text[:37]}..."
    finding = piece.finding(span.start, f"the MJML compiler loses {shown} here")
    return Lifted(text=text, finding=finding, is_liquid=True, may_vanish=may_vanish)


def _replace(piece: Piece, cuts: list[Cut]) -> str:
    """The source with each cut's stretch replaced by its text."""
    parts: list[str] = []
    position = 0
    for start, end, text in sorted(cuts):
        parts += (piece.text[position:start], text)
        position = end
    return "".join((*parts, piece.text[position:]))


def _row_groups(markup: Markup) -> list[Cut]:
    """HTML parsers put rows into a <tbody>; before they do it at a place of their choice, as
    inside a Liquid block around the first row, we do it around all of them."""
    return [
        cut
        for table in markup.bare_tables
        for cut in (
            (table.inner_start, table.inner_start, "<tbody>"),
            (table.inner_end, table.inner_end, "</tbody>"),
        )
    ]


def _word(piece: Piece, span: Span, places: dict[int, Place], tokens: Tokens) -> str:
    if span.kind is Kind.SILENT:
        return ""
    place = places[span.start]
    stands_in_markup = (
        place.attribute is None
        and not place.is_in_comment
        and (place.element is None or place.element.name not in _TEXT_ONLY)
    )
    as_comment = span.kind is Kind.TAG and stands_in_markup
    return tokens.add(_lifted(piece, span, may_vanish=_may_stay_unused(place.element)), as_comment=as_comment)


def _may_stay_unused(element: Element | None) -> bool:
    """Styles, and defaults in mj-attributes, are dropped when nothing in the mail uses them."""
    while element is not None:
        if element.name in {"mj-style", "mj-attributes"}:
            return True
        element = element.parent
    return False


def _entities(piece: Piece, spans: tuple[Span, ...], markup: Markup, tokens: Tokens) -> list[Cut]:
    """Every entity in a component's attributes as a token."""
    inside = {offset for span in spans for offset in range(span.start, span.end)}
    cuts: list[Cut] = []
    for run in markup.runs:
        element = run.place.element
        if run.place.attribute is None or element is None or not element.is_component:
            continue
        for found in _ENTITY.finditer(piece.text, run.start, run.end):
            if found.start() not in inside:
                text = _ESCAPED.get(found.group(), found.group())
                finding = piece.finding(found.start(), f"the MJML compiler loses {text} here")
                word = tokens.add(Lifted(text=text, finding=finding, is_liquid=False))
                cuts.append((found.start(), found.end(), word))
    return cuts
