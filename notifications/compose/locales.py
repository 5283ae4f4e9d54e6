"""In which languages may somebody be written to, best first?"""

from __future__ import annotations

from preferences.locales import LOCALE, normal_locale

__all__ = ["LOCALE", "locale_chain", "normal_locale"]


def locale_chain(written: str) -> tuple[str, ...]:
    """pt-BR, then pt, then "": what a person who set pt-BR can be sent, best first."""
    parts = normal_locale(written).split("-")
    return (*("-".join(parts[:length]) for length in range(len(parts), 0, -1) if parts[0]), "")
