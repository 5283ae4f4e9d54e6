"""How would a draft look to this person? Compiled and rendered by the code that sends, and nothing is counted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from time import perf_counter
from typing import Any
from uuid import UUID

from notifications.catalog import secret_paths
from notifications.compose.brands.choosing import values_for
from notifications.compose.brands.values import Values
from notifications.compose.compilation import Compiled, compile_source, digest_source
from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.source import BODY, Place, placed, source_of, unfinished
from notifications.compose.findings import Finding, SourceFault
from notifications.compose.loading import load
from notifications.compose.render import RenderFault, join, render
from notifications.compose.source import TemplateSource
from notifications.personas import Persona, variables_as
from notifications.preview import inert
from notifications.sample_headers import headers_of

TOKEN = "preview"  # noqa: S105 - no password
VIEWS = ("desktop", "phone", "dark", "images off", "text", "AMP", "source", "headers")

_DARK = re.compile(r"@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
_IMAGES = re.compile(r"(<img\b[^>]*?\s)src=\"[^\"]*\"", re.IGNORECASE)
_BACKGROUNDS = re.compile(r"(url\([^)]*\)|\sbackground=\"[^\"]*\")")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A line of the MJML, with what is wrong on it."""

    number: int
    text: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPreview:
    """What to show; with `places` where something is to be mended."""

    subject: str = ""
    html: str = ""
    text: str = ""
    lines: tuple[SourceLine, ...] = ()
    amp: str = ""  # as this person would get it; empty: the mail has no such part
    headers: tuple[tuple[str, str], ...] = ()
    fault: str = ""
    places: tuple[Place, ...] = field(default=())
    milliseconds: int = 0
    size: int = 0


def preview_draft(
    content: DraftContent, *, key: str, locale: str, persona: Persona | None = None, view: str = "desktop"
) -> DraftPreview:
    """The draft as a hard case, or the contact with this id, would get it."""
    began = perf_counter()
    places, lines = tuple(unfinished(content)), tuple[SourceLine, ...]()
    try:
        source = source_of(content, key=key, locale=locale)
        lines = _lines(source.body.text)
        compiled, brand = _compile(source), values_for(source)
    except SourceFault as fault:
        found = placed(fault, content)
        told = "It does not compile yet."
        return DraftPreview(fault=told, places=(*found, *places), lines=_marked(lines, fault.findings))
    persona = persona or Persona()
    variables = variables_as(key, persona)
    try:
        shown = _render(compiled, content, variables, brand)
    except RenderFault as fault:
        return DraftPreview(fault=f"It cannot be rendered for this person: {fault.detail}", places=places)
    subject, html, text, amp = shown
    headers = headers_of(key, variables["contact"], subject=subject, type_key=persona.type_key)
    return DraftPreview(
        subject=subject, html=_as_seen(inert(html), view), text=text, amp=amp, lines=lines, headers=headers,
        places=places, milliseconds=round((perf_counter() - began) * 1000), size=len(html.encode()),
    )  # fmt: skip


def _lines(text: str) -> tuple[SourceLine, ...]:
    return tuple(SourceLine(number=number, text=line) for number, line in enumerate(text.split("\n"), start=1))


def _marked(lines: tuple[SourceLine, ...], findings: Iterable[Finding]) -> tuple[SourceLine, ...]:
    """The lines with the faults that the compiler found in the content."""
    reasons: dict[int, list[str]] = {}
    for one in findings:
        if one.file == BODY:
            reasons.setdefault(one.line, []).append(one.reason)
    return tuple(replace(line, faults=tuple(reasons.get(line.number, ()))) for line in lines)


def _compile(source: TemplateSource) -> Compiled:
    secrets = secret_paths(source.key)
    return _remembered(digest_source(source, secrets=secrets), _Unhashed(source, secrets))


class _Unhashed:
    """A source that is the same for the cache whatever it holds: its digest, beside it, says what that is."""

    def __init__(self, source: TemplateSource, secrets: frozenset[str]) -> None:
        self.source, self.secrets = source, secrets

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Unhashed)


@lru_cache(maxsize=128)
def _remembered(_digest: str, held: _Unhashed) -> Compiled:
    return compile_source(held.source, secrets=held.secrets)


def _render(
    compiled: Compiled, content: DraftContent, variables: Mapping[str, Any], brand: Values
) -> tuple[str, str, str, str]:
    loaded = load(
        version_id=UUID(int=0), ref="draft", compiled=compiled.as_json(), defaults=content.defaults,
        constants={"brand": brand}, public_url=None,
    )  # fmt: skip
    values = render(loaded, variables, token=TOKEN)
    documents = (loaded.subject, loaded.html, loaded.text, loaded.amp)
    subject, html, text, amp = (join(one, values, token=TOKEN) for one in documents)
    return subject, html, text, amp


def _as_seen(html: str, view: str) -> str:
    """The mail as a program shows it that is set to light, dark or no pictures, whatever this browser is set to."""
    html = _DARK.sub("@media all" if view == "dark" else "@media not all", html)
    if view == "images off":
        return _BACKGROUNDS.sub("", _IMAGES.sub(r'\1src=""', html))
    return html
