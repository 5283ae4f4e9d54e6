"""How does a starter look: on which screen, in light or dark, with images or without?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from notifications.compose.brands.values import Values
from notifications.compose.compilation import Compiled, compile_source
from notifications.compose.loading import LoadedVersion, load
from notifications.compose.render import join, render
from notifications.gallery.starters import Starter, find_starter, with_pictures
from notifications.preview import inert, sample_variables

_TOKEN = "gallery"  # noqa: S105 - names no message
_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)", re.IGNORECASE)
_IMAGE = re.compile(r"(<img\b[^>]*?\bsrc=)(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_ALWAYS, _NEVER = "(min-width: 0)", "(max-width: 0)"
_NO_VERSION = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How somebody reads."""

    is_phone: bool = False
    is_dark: bool = False
    has_images: bool = True

    @property
    def width(self) -> int:
        """In pixels."""
        return 360 if self.is_phone else 640


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A starter with its sample in it."""

    subject: str
    preheader: str
    html: str
    text: str


def show(starter: Starter, look: Look, variables: Mapping[str, Any] | None = None, *, brand: Values) -> Shown:
    """The starter as a made-up person would read it. Raises SourceFault and RenderFault."""
    known = {**sample_variables(""), "payload": with_pictures(dict(starter.sample)), **(variables or {})}
    loaded = _load(starter.key, _compiled(starter.key), brand)
    values = render(loaded, known, token=_TOKEN)
    subject, html, text = (join(part, values, token=_TOKEN) for part in (loaded.subject, loaded.html, loaded.text))
    return Shown(
        subject=subject, preheader=_preheader(starter, known, brand), html=in_look(inert(html), look), text=text
    )  # fmt: skip


def compile_starter(starter: Starter) -> Compiled:
    """What publishing it would compile. Raises SourceFault."""
    return compile_source(starter.read(), secrets=starter.secrets)


@cache
def _compiled(key: str) -> dict[str, Any]:
    starter = find_starter(key)
    assert starter is not None
    source = starter.read()
    return {**compile_starter(starter).as_json(), "defaults": source.defaults, "preheader": source.preheader.text}


def _load(key: str, compiled: Mapping[str, Any], brand: Values) -> LoadedVersion:
    return load(
        version_id=_NO_VERSION,
        ref=key,
        compiled=compiled,
        defaults=compiled["defaults"],
        constants={"brand": brand},
        public_url=None,
    )


def _preheader(starter: Starter, variables: Mapping[str, Any], brand: Values) -> str:
    """The line beside the subject, rendered as if it were one."""
    compiled = _compiled(starter.key)
    loaded = _load(starter.key, {"subject": compiled["preheader"], "defaults": compiled["defaults"]}, brand)
    return join(loaded.subject, render(loaded, variables, token=_TOKEN), token=_TOKEN)


def in_look(html: str, look: Look) -> str:
    """The HTML with the reader's colours decided, and with or without images, whatever this browser prefers."""
    html = _DARK.sub(_ALWAYS if look.is_dark else _NEVER, html)
    return html if look.has_images else _IMAGE.sub(r'\1""', html)
