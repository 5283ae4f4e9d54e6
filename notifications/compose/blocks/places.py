"""What of a marketer's words may stand in a mail's text, in an attribute, in an address?

Liquid may write values: `{{ contact.first_name | default: "there" }}`, a path first, then filters. Every other brace is
text. Conditions and loops are blocks of their own, never tags in a text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

PATH = re.compile(r"[A-Za-z_]\w*(?:\.\w+|\[\d{1,4}\])*")

_STRING = r"\"[^\"<>{}%&\\]*\"|'[^'<>{}%&\\]*'"
_VALUE = rf"(?:{_STRING}|-?\d{{1,12}}(?:\.\d{{1,6}})?|{PATH.pattern})"
_ARGUMENT = rf"(?:[a-z_]{{1,40}}\s?:\s?)?{_VALUE}"
_FILTER = rf"\s?\|\s?\w{{1,40}}(?:\s?:\s?{_ARGUMENT}(?:\s?,\s?{_ARGUMENT})*)?"
_OUTPUT = re.compile(rf"\{{\{{\s?{PATH.pattern}(?:{_FILTER})*\s?\}}\}}")
_MARKUP = re.compile(r"\{\{[^{}]{1,300}\}\}")
_LITERAL = re.compile(_STRING)
_SCHEME = re.compile(r"(?:https?://[^\s/?#]|mailto:[^\s]|tel:[^\s]|sms:[^\s]|#)", re.IGNORECASE)
_PICTURE = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
_BAD_IN_URL = re.compile(r"[\s\x00-\x20\x7f-\x9f\\\"'<>`]")


def split_liquid(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a text in order, each with whether it is Liquid that may stand there."""
    position = 0
    for found in _MARKUP.finditer(text):
        if not _OUTPUT.fullmatch(found.group()):
            continue
        yield text[position : found.start()], False
        yield found.group(), True
        position = found.end()
    yield text[position:], False


def stray_liquid(text: str) -> str:
    """The first thing that looks like Liquid and would be text; "" where there is none."""
    plain = "\0".join(piece for piece, is_liquid in split_liquid(text) if not is_liquid)
    found = re.search(r"\{[{%][^{}\0]{0,40}", plain)
    return found.group() if found else ""


def as_text(text: str) -> str:
    """For between tags."""
    return "".join(piece if is_liquid else _escape(piece) for piece, is_liquid in split_liquid(text))


def as_attribute(text: str) -> str:
    """For between double quotes."""
    return as_text(re.sub(r"\s+", " ", text).strip())


def as_address(text: str, *, is_picture: bool = False) -> str:
    """A link's or a picture's address for between double quotes; "" where it leads nowhere that a mail may lead."""
    text = text.strip()
    pieces = [(piece, is_liquid) for piece, is_liquid in split_liquid(text) if piece]
    if not pieces or any(not is_liquid and (_BAD_IN_URL.search(piece) or "{" in piece) for piece, is_liquid in pieces):
        return ""
    first, is_personal = pieces[0]
    if is_personal:
        is_harmless = all(_is_harmless_part(literal) for piece, _ in pieces for literal in _LITERAL.findall(piece))
        return as_text(text) if is_harmless and not _adds_a_scheme(pieces) else ""
    return as_text(text) if (_PICTURE if is_picture else _SCHEME).match(first) else ""


def _is_harmless_part(literal: str) -> bool:
    """A text inside of Liquid, with its quotes: an address of the web, or what makes no address by itself."""
    inside = literal[1:-1]
    return ":" not in inside or bool(_PICTURE.match(inside))


def _adds_a_scheme(pieces: list[tuple[str, bool]]) -> bool:
    """Whether text after a value could make a scheme of it: {{ x }}:alert(1)."""
    return len(pieces) > 1 and ":" in pieces[1][0].partition("/")[0] and not pieces[1][1]


def _escape(text: str) -> str:
    return html.escape(text, quote=True).replace("{", "&#123;").replace("}", "&#125;")
