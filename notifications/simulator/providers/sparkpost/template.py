"""What does SparkPost's template language make of a text?

https://developers.sparkpost.com/api/template-language/

Expressions and the macros for braces are played. Statements, arithmetic and snippets are not: they are refused, and so
are braces of which the documentation does not say how they are read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from notifications.simulator.wording import clean

_OPENING = re.compile(r"\{{2,}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*\Z")
_LINK_BEFORE = re.compile(r"https?://[^\s\"'<>]*\Z")
_MACROS = {
    "opening_single_curly()": "{",
    "closing_single_curly()": "}",
    "opening_double_curly()": "{{",
    "closing_double_curly()": "}}",
    "opening_triple_curly()": "{{{",
    "closing_triple_curly()": "}}}",
}


class BadTemplate(ValueError):
    """A text that the template language cannot read; the message says why."""


def render(text: str, values: Mapping[str, Any], *, is_html: bool = False) -> str:
    """The text with its expressions filled in; what was filled in is not read again. Raises BadTemplate."""
    pieces: list[str] = []
    end = 0
    while (found := _OPENING.search(text, end)) is not None:
        pieces.append(text[end : found.start()])
        end, expression, is_raw = _read_expression(text, found)
        value = _evaluate(expression, values)
        pieces.append(value if is_raw else _escape(value, text[: found.start()], is_html=is_html))
    pieces.append(text[end:])
    return "".join(pieces)


def _read_expression(text: str, found: re.Match[str]) -> tuple[int, str, bool]:
    """Where an expression ends, what stands in it, and whether it is of triple braces."""
    width = len(found[0])
    stop = text.find("}" * width, found.end())
    after = stop + width
    if width > 3 or stop < 0 or text[after : after + 1] == "}":
        raise BadTemplate(f"unbalanced curly braces near {text[found.start() : found.start() + 40]!r}")
    return after, text[found.end() : stop].strip(), width == 3


def _evaluate(expression: str, values: Mapping[str, Any]) -> str:
    if expression in _MACROS:
        return _MACROS[expression]
    if _NAME.match(expression) is None:
        raise BadTemplate(f"not an expression: {expression[:40]!r}")
    found: Any = values
    for name in expression.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return "" if found is None else clean(found)


def _escape(value: str, before: str, *, is_html: bool) -> str:
    """Inside a link values are encoded for it; elsewhere in HTML they are escaped."""
    if _LINK_BEFORE.search(before[-2000:]):
        return quote(value, safe="")
    return html.escape(value).replace("/", "&#x2F;") if is_html else value
