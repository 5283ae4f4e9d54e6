"""Is this a language, and in which spelling do we keep it?"""

from __future__ import annotations

import re
from functools import lru_cache

LOCALE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|\d{3}))?")

_PARTS = re.compile(r"[-_]")


@lru_cache(maxsize=512)
def normal_locale(written: str) -> str:
    """pt_br.UTF-8 as pt-BR, zh-hant-tw as zh-Hant-TW; "" for what is no locale."""
    language, *rest = _PARTS.split(written.strip().partition(".")[0].partition("@")[0])
    locale = "-".join((language.lower(), *(one.title() if len(one) == 4 else one.upper() for one in rest)))
    return locale if LOCALE.fullmatch(locale) else ""
