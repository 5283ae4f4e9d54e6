"""Where in a source is Liquid, and do its blocks close?

The library's lexer is quadratic on markup that never ends. This one is linear; it runs first
and hands the lexer only what it closes on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from notifications.compose.findings import SourceFault
from notifications.compose.limits import MAX_MARKUP_LENGTH, MAX_MARKUPS
from notifications.compose.source import Piece

BLOCKS = frozenset(("if", "unless", "case", "for", "tablerow", "capture", "ifchanged"))
BRANCHES = {
    "else": ("if", "unless", "case", "for"),
    "elsif": ("if", "unless"),
    "when": ("case",),
}
LOOPS = frozenset(("for", "tablerow"))
INTERRUPTS = frozenset(("break", "continue"))
VERBATIM = ("raw", "comment", "doc")

_OPEN = re.compile(r"\{[{%]")
_NAME = re.compile(r"\{%-?\s{0,100}(#|\w+)")


class Kind(StrEnum):
    OUTPUT = "output"  # {{ … }}
    TAG = "tag"  # {% … %}
    LITERAL = "literal"  # {% raw %}…{% endraw %}, as one
    SILENT = "silent"  # a comment with all that is in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One piece of Liquid markup: `text[start:end]`."""

    start: int
    end: int
    kind: Kind
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block's tags in order: the opening one, its branches, the closing one."""

    tags: tuple[Span, ...]


def find_spans(piece: Piece) -> tuple[Span, ...]:
    """Every span in order, none inside another. Raises SourceFault on one that never ends."""
    spans: list[Span] = []
    position = 0
    while opening := _OPEN.search(piece.text, position):
        span = _read_span(piece, opening.start())
        spans.append(span)
        position = span.end
        if len(spans) > MAX_MARKUPS:
            raise SourceFault(piece.finding(span.start, "too many Liquid tags"))
    return tuple(spans)


def find_blocks(piece: Piece, spans: tuple[Span, ...]) -> tuple[Block, ...]:
    """The blocks, inner ones first. Raises SourceFault on an unclosed or misplaced tag."""
    stack: list[list[Span]] = []
    blocks: list[Block] = []
    for span in spans:
        _expect_in_place(piece, span, stack)
        if span.name in BLOCKS:
            stack.append([span])
        elif span.name in BRANCHES:
            stack[-1].append(span)
        elif span.name.startswith("end"):
            blocks.append(Block(tags=(*stack.pop(), span)))
    if stack:
        opened = stack[-1][0]
        raise SourceFault(piece.finding(opened.start, f"{{% {opened.name} %}} is never closed"))
    return tuple(blocks)


def _expect_in_place(piece: Piece, span: Span, stack: list[list[Span]]) -> None:
    if span.name in BRANCHES:
        _expect_open(piece, span, stack, BRANCHES[span.name])
    elif span.name.startswith("end"):
        _expect_open(piece, span, stack, (span.name[3:],))
    elif span.name in INTERRUPTS and not any(tags[0].name in LOOPS for tags in stack):
        raise SourceFault(piece.finding(span.start, f"{{% {span.name} %}} outside a loop"))


def _read_span(piece: Piece, start: int) -> Span:
    text = piece.text
    if text.startswith("{{", start):
        return Span(start=start, end=_end(piece, start, "}}"), kind=Kind.OUTPUT)
    named = _NAME.match(text, start)
    name = named.group(1) if named else ""
    end = _end(piece, start, "%}")
    if name == "#":
        return Span(start=start, end=end, kind=Kind.SILENT)
    if name in VERBATIM:
        kind = Kind.LITERAL if name == "raw" else Kind.SILENT
        return Span(start=start, end=_verbatim_end(piece, start, name), kind=kind)
    return Span(start=start, end=end, kind=Kind.TAG, name=name)


def _end(piece: Piece, start: int, closing: str) -> int:
    end = piece.text.find(closing, start + 2)
    if end < 0:
        raise SourceFault(piece.finding(start, f"`{piece.text[start : start + 2]}` is never closed"))
    if end - start > MAX_MARKUP_LENGTH:
        raise SourceFault(piece.finding(start, "a Liquid tag is too long"))
    return end + 2


def _verbatim_end(piece: Piece, start: int, name: str) -> int:
    """The end of a raw or comment block; comments may hold comments."""
    depth = 0
    for tag in re.compile(rf"\{{%-?\s{{0,100}}(end)?{name}\b[^%]{{0,100}}%\}}").finditer(piece.text, start):
        depth += -1 if tag.group(1) else 1
        if tag.group(1) and (name != "comment" or depth == 0):
            return tag.end()
    raise SourceFault(piece.finding(start, f"{{% {name} %}} is never closed"))


def _expect_open(piece: Piece, span: Span, stack: list[list[Span]], names: tuple[str, ...]) -> None:
    if not stack:
        raise SourceFault(piece.finding(span.start, f"{{% {span.name} %}} without its opening tag"))
    opened = stack[-1][0]
    if opened.name not in names:
        line = piece.finding(opened.start, "").line
        reason = f"{{% {span.name} %}} inside the {{% {opened.name} %}} of line {line}"
        raise SourceFault(piece.finding(span.start, reason))
