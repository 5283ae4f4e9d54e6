"""In which language and by which clock does a filter write for the person of a mail?

A template's variables say it: `contact.locale` and `contact.time_zone`. Where they say nothing, or nothing that is
known, it is the installation's language and clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from babel.core import Locale, UnknownLocaleError
from django.conf import settings

from preferences.time_zones import zone_of

if TYPE_CHECKING:
    from liquid import RenderContext

# Babel opens a file of the locale's name, so only what can be one comes near it.
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody reads."""

    locale: Locale
    zone: tzinfo


def place_of(context: RenderContext) -> Place:
    """The place of the person that a mail is for."""
    contact: Any = context.globals.get("contact")
    known = contact if type(contact) is dict else {}
    locale, zone = known.get("locale"), known.get("time_zone")
    return Place(
        locale=find_locale(locale if type(locale) is str else ""),
        zone=zone_of(zone if type(zone) is str else ""),
    )


@lru_cache(maxsize=512)
def find_locale(name: str) -> Locale:
    """The locale of a name such as de, de-AT or pt_BR; a part of it that is known; else the installation's."""
    parts = name.replace("-", "_").split("_") if _LOCALE.fullmatch(name) else []
    for length in range(len(parts), 0, -1):
        try:
            return Locale.parse("_".join(parts[:length]))
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(settings.LANGUAGE_CODE.replace("-", "_"))


def fit_spaces(text: str, context: RenderContext) -> str:
    """The text with spaces that mail can show: unbroken ones in HTML, where all fonts have them; plain ones in text."""
    space = "\N{NO-BREAK SPACE}" if context.autoescape else " "
    return text.replace("\N{NARROW NO-BREAK SPACE}", space).replace("\N{NO-BREAK SPACE}", space)
