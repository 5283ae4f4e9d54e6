"""Where may a person's values stand in an AMP document, so that none becomes more than text?

HTML escapes them, as in every HTML part. But AMP itself reads some places again: what stands in a `<template>` is
Mustache, what stands in `[…]` and `on` is a small language, what stands in `<script>` is JSON. No escaping of HTML
helps there, so Liquid is refused in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from notifications.compose.amp.reading import Element, Read
from notifications.compose.amp.rules import ADDRESSES
from notifications.compose.findings import Finding
from notifications.compose.source import Piece
from notifications.compose.spans import Kind

#: Addresses of our own making, which may be a whole one.
_OWN = re.compile(r"\{\{-?\s*(unsubscribe_url|preferences_url|brand\.logo_url)\s*-?\}\}")
_HOST_IS_SAID = re.compile(r"https://[^/?#]+[/?#]")
_FIXED = frozenset(("script", "style", "template", "html", "meta", "amp-bind-macro"))
_READ_AGAIN = {
    "script": "what AMP reads as JSON",
    "style": "a style",
    "template": "a <template>, which AMP reads as Mustache: for its own {{ }} write {% raw %}…{% endraw %}",
}
_LITERALS = re.compile(r"\"[^\"]*\"|'[^']*'")


def check_liquid(piece: Piece, read: Read) -> Iterator[Finding]:
    """A finding for each place where a value would be read as something else than text."""
    for one in read.elements:
        yield from _check_attributes(piece, read, one)
    for token, place in read.inside.items():
        span = read.spans[token]
        if place[:1] == ("element",):
            yield from _check_text(piece, read, token)
        written = piece.text[span.start : span.end]
        if span.kind == Kind.TAG and span.name == "capture":
            yield piece.finding(span.start, "{% capture %} is not allowed in an AMP part: use {% assign %}")
        elif any(set("<>") & set(literal) for literal in _LITERALS.findall(written)):
            yield piece.finding(span.start, "Liquid writes no tags in an AMP part: write them beside it")


def _check_text(piece: Piece, read: Read, token: str) -> Iterator[Finding]:
    span, names = read.spans[token], read.names[token]
    for tag, why in _READ_AGAIN.items():
        if tag in names:
            yield piece.finding(span.start, f"a person's values have no place in {why}")


def _check_attributes(piece: Piece, read: Read, one: Element) -> Iterator[Finding]:
    for name, value in one.attributes:
        if found := read.tokens.search(value):
            span = read.spans[found.group()]
            written = piece.text[span.start : span.end]
            if reason := _refuse_name(one, name) or _refuse_address(one, name, value[: found.start()], written):
                yield piece.finding(span.start, reason)


def _refuse_name(one: Element, name: str) -> str:
    """Why no value may stand in this attribute, whatever it is; "" where it may."""
    if name.startswith(("[", "on", "data-amp-bind")) or name == "expression":
        return f"a person's values have no place in `{name}`, which AMP reads as a script"
    if "template" in one.parents or one.tag in _FIXED:
        return f"a person's values have no place in <{one.tag}> here"
    if name in {"style", "id", "class", "type", "layout"}:
        return f"a person's values have no place in `{name}`"
    return ""


def _refuse_address(one: Element, name: str, before: str, written: str) -> str:
    """Why a value may not stand here in an address; `before` is what stands before the first one."""
    before = before.strip().lower()
    if name not in ADDRESSES or (not before and _OWN.fullmatch(written)):
        return ""
    if not before.startswith("https://"):
        return (
            f"`{name}` would begin with a value, which may be any kind of address: begin with https://, such as"
            ' https://{{ payload.url | remove: "https://" }}'
        )
    if one.tag != "a" and not _HOST_IS_SAID.match(before):
        return f"a value must not say which host `{name}` of <{one.tag}> asks"
    return ""
