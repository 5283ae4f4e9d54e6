"""Whose pages are these that people reach without a login?

Brands are made above, with the mails; the default one is handed down from there when a process starts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicBrand:
    """What these pages show of it. Colours stand beside text, never under it."""

    name: str
    address: str
    logo_url: str
    color: str
    dark_color: str


_read: list[Callable[[], PublicBrand]] = []


def provide_brand(read: Callable[[], PublicBrand]) -> None:
    """Say where the brand is read from, at each page."""
    _read[:] = [read]


def public_brand() -> PublicBrand:
    """The brand of these pages; that of the settings where nobody provides one."""
    if _read:
        return _read[0]()
    given = {name: str(value) for name, value in settings.POSTRIDER_BRAND.items()}
    color = given.get("color", "")
    return PublicBrand(
        name=given.get("name", ""), address=given.get("address", ""), logo_url=given.get("logo_url", ""), color=color,
        dark_color=color,
    )  # fmt: skip
