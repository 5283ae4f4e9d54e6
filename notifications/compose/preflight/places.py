"""On which line of its source, and in which component, does something in a rendered mail come from?

A rendered address or text is looked for among what the source writes: as it stands there, then as its Liquid comes
out, then by the literal text around its Liquid. Where none of these tells, there is no place.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from notifications.compose.findings import SourceFault, line_at
from notifications.compose.markup import Element, Run, mask, read_markup
from notifications.compose.preflight.findings import Place
from notifications.compose.preflight.watching import evaluate, reads_only
from notifications.compose.source import Piece, TemplateSource
from notifications.compose.spans import Span, find_spans

_SHORTEST = 4  # letters that tell one place from another


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """What stands in one attribute (`attribute` is its name), or in the text of an element."""

    place: Place
    tag: str
    attribute: str
    value: str
    literals: tuple[str, ...]  # between the Liquid; one where there is none
    names: frozenset[str]  # of all attributes that the element has

    @property
    def is_static(self) -> bool:
        return len(self.literals) == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The spots of some attributes by what they come out as: each is evaluated once, however many values are asked."""

    static: Mapping[str, Spot]
    evaluated: Mapping[str, Spot]
    personal: tuple[Spot, ...]

    def find(self, value: str) -> Spot | None:
        """Where a rendered value comes from; by the text around its Liquid where nothing else tells."""
        known = self.static.get(value) or self.evaluated.get(value)
        if known is not None:
            return known
        fitting = [spot for spot in self.personal if _fits(spot, value)]
        return max(fitting, key=lambda spot: sum(map(len, spot.literals)), default=None)


@dataclass(frozen=True, slots=True)
class SourceMap:
    """All spots of a template and its layout, and the pieces they were read from."""

    spots: tuple[Spot, ...]
    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, source: TemplateSource) -> SourceMap:
        written = (source.subject, source.preheader, source.body, source.layout, source.text)
        spots = (*_spots(source.body, inside="mj-body"), *_spots(source.layout, inside=""))
        return cls(spots=spots, pieces=tuple(piece for piece in written if piece is not None and piece.text))

    def attributes(self, *names: str) -> list[Spot]:
        return [spot for spot in self.spots if spot.attribute in names]

    def known_values(self, *names: str, brand: Mapping[str, Any]) -> frozenset[str]:
        """What these attributes say whoever the mail is for: written out, or the brand's."""
        return frozenset(_known(self.attributes(*names), {"brand": dict(brand)}))

    def trace(self, *names: str, variables: Mapping[str, Any]) -> Trace:
        """Where the rendered values of these attributes come from."""
        spots = self.attributes(*names)
        return Trace(
            static={html.unescape(spot.value).strip(): spot for spot in reversed(spots) if spot.is_static},
            evaluated={evaluate(spot.value, variables).strip(): spot for spot in reversed(spots) if not spot.is_static},
            personal=tuple(spot for spot in spots if _is_open(spot, variables)),
        )

    def find_text(self, text: str) -> Place | None:
        """Where a piece of rendered text comes from."""
        wanted = " ".join(text.split())
        best, length = None, _SHORTEST - 1
        for spot in self.attributes(""):
            shared = max((_shared(wanted, one) for one in spot.literals), default=0)
            if shared > length:
                best, length = spot.place, shared
        return best

    def find_source(self, pattern: str) -> Place | None:
        """The first line that a regular expression fits, the subject's first."""
        for piece in self.pieces:
            if found := re.search(pattern, piece.text):
                return place_in(piece, found.start())
        return None


def place_in(piece: Piece, offset: int = 0, component: str = "") -> Place:
    """The place of a character of a piece."""
    return Place(file=piece.file, line=piece.line + line_at(piece.text, offset) - 1, component=component)


@lru_cache(maxsize=64)
def _spots(piece: Piece, *, inside: str) -> tuple[Spot, ...]:
    try:
        spans = find_spans(piece)
    except SourceFault:
        return ()
    markup = read_markup(piece, mask(piece.text, spans), inside=inside)
    return tuple(_spot(piece, run, spans) for run in markup.runs if not run.place.is_in_comment)


def _spot(piece: Piece, run: Run, spans: tuple[Span, ...]) -> Spot:
    element, attribute = run.place.element, run.place.attribute
    return Spot(
        place=place_in(piece, run.start, _component(element)),
        tag=element.name if element else "",
        attribute=attribute.name if attribute else "",
        value=piece.text[run.start : run.end],
        literals=tuple(_literals(piece.text, run, spans)),
        names=frozenset(one.name for one in element.attributes) if element else frozenset(),
    )


def _literals(text: str, run: Run, spans: tuple[Span, ...]) -> Iterator[str]:
    position = run.start
    for span in spans:
        if run.start <= span.start < run.end:
            yield html.unescape(text[position : span.start])
            position = span.end
    yield html.unescape(text[position : max(run.end, position)])


def _component(element: Element | None) -> str:
    """The nearest MJML component."""
    while element is not None and not element.is_component:
        element = element.parent
    return element.name if element else ""


def _known(spots: Iterable[Spot], variables: Mapping[str, Any]) -> Iterator[str]:
    for spot in spots:
        if spot.is_static:
            yield html.unescape(spot.value).strip()
        elif reads_only(spot.value, "brand"):
            yield evaluate(spot.value, variables).strip()


def _is_open(spot: Spot, variables: Mapping[str, Any]) -> bool:
    """Whether it may come out as something else than it does by itself: in a loop, or by what a loop's items add."""
    return not spot.is_static and bool("".join(spot.literals).strip() or not evaluate(spot.value, variables).strip())


def _fits(spot: Spot, value: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, spot.literals)), value, re.DOTALL) is not None


def _shared(wanted: str, literal: str) -> int:
    """How much of a literal the wanted text holds, or of the text the literal."""
    known = " ".join(literal.split())
    return min(len(known), len(wanted)) if known and (known in wanted or wanted in known) else 0
