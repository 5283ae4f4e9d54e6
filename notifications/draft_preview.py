"""How would a draft look to this person? Compiled and rendered by the code that sends, and nothing is counted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from time import perf_counter
from typing import Any
from uuid import UUID

from django.conf import settings

from notifications.catalog import secret_paths
from notifications.compose.compilation import Compiled, compile_source, digest_source
from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.source import Place, placed, source_of, unfinished
from notifications.compose.findings import SourceFault
from notifications.compose.loading import load
from notifications.compose.render import RenderFault, join, render
from notifications.compose.source import TemplateSource
from notifications.delivery.variables import load_people
from notifications.preview import inert, sample_variables

TOKEN = "preview"  # noqa: S105 - no password
HARD_CASES: dict[str, dict[str, Any]] = {
    "made-up": {},
    "longest name": {"first_name": "Maximiliane-Konstantinopolina", "last_name": "Wolfeschlegelsteinhausenbergerdorff"},
    "missing fields": {"first_name": "", "last_name": "", "locale": "", "time_zone": ""},
    "right-to-left": {"first_name": "ليلى", "last_name": "حداد", "locale": "ar"},
    "markup in the name": {"first_name": "<b>Bobby</b> & \"Co\"", "last_name": "{{ 7 | times: 7 }}"},
}  # fmt: skip
VIEWS = ("desktop", "phone", "dark", "images off", "text", "AMP", "source", "headers")

_DARK = re.compile(r"@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
_IMAGES = re.compile(r"(<img\b[^>]*?\s)src=\"[^\"]*\"", re.IGNORECASE)
_BACKGROUNDS = re.compile(r"(url\([^)]*\)|\sbackground=\"[^\"]*\")")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPreview:
    """What to show; with `places` where something is to be mended."""

    subject: str = ""
    html: str = ""
    text: str = ""
    amp: str = ""  # as this person would get it; empty: the mail has no such part
    source: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    fault: str = ""
    places: tuple[Place, ...] = field(default=())
    milliseconds: int = 0
    size: int = 0


def preview_draft(
    content: DraftContent, *, key: str, locale: str, person: str = "made-up", view: str = "desktop"
) -> DraftPreview:
    """The draft as a hard case, or the contact with this id, would get it."""
    began = perf_counter()
    places = tuple(unfinished(content))
    try:
        source = source_of(content, key=key, locale=locale)
        compiled = _compile(source)
    except SourceFault as fault:
        return DraftPreview(fault="It does not compile yet.", places=(*placed(fault, content), *places))
    variables = _variables(key, person)
    try:
        shown = _render(compiled, content, variables)
    except RenderFault as fault:
        return DraftPreview(fault=f"It cannot be rendered for this person: {fault.detail}", places=places)
    subject, html, text, amp = shown
    sender = settings.POSTRIDER_BRAND["name"]
    headers = (("From", sender), ("To", str(variables["contact"].get("email", ""))), ("Subject", subject))
    return DraftPreview(
        subject=subject, html=_as_seen(inert(html), view), text=text, amp=amp, source=source.body.text,
        headers=headers, places=places, milliseconds=round((perf_counter() - began) * 1000), size=len(html.encode()),
    )  # fmt: skip


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


def _render(compiled: Compiled, content: DraftContent, variables: Mapping[str, Any]) -> tuple[str, str, str, str]:
    loaded = load(
        version_id=UUID(int=0), ref="draft", compiled=compiled.as_json(), defaults=content.defaults,
        constants={"brand": settings.POSTRIDER_BRAND}, public_url=None,
    )  # fmt: skip
    values = render(loaded, variables, token=TOKEN)
    documents = (loaded.subject, loaded.html, loaded.text, loaded.amp)
    subject, html, text, amp = (join(one, values, token=TOKEN) for one in documents)
    return subject, html, text, amp


def _variables(key: str, person: str) -> dict[str, Any]:
    known = sample_variables(key)
    if not person.isdecimal():
        return {**known, "contact": {**known["contact"], **HARD_CASES.get(person, {})}}
    found = load_people([int(person)]).get(int(person)) if len(person) < 19 else None
    if found is None:
        return known
    contact = {
        **found.attributes, "email": found.email, "first_name": found.first_name, "last_name": found.last_name,
        "locale": found.locale, "time_zone": found.time_zone,
    }  # fmt: skip
    return {**known, "contact": contact}


def _as_seen(html: str, view: str) -> str:
    """The mail as a program shows it that is set to light, dark or no pictures, whatever this browser is set to."""
    html = _DARK.sub("@media all" if view == "dark" else "@media not all", html)
    if view == "images off":
        return _BACKGROUNDS.sub("", _IMAGES.sub(r'\1src=""', html))
    return html
