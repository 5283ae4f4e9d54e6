"""What do public pages show of the default brand? As it is now: they, unlike mails, follow a change in seconds."""

from __future__ import annotations

from functools import lru_cache
from time import monotonic

from notifications.compose.brands.choosing import brand_values
from preferences.branding import PublicBrand

REMEMBERED_SECONDS = 5


def read_public_brand() -> PublicBrand:
    """The default brand, at most REMEMBERED_SECONDS late."""
    return _brand(int(monotonic() / REMEMBERED_SECONDS))


def forget() -> None:
    """Read it anew at the next page."""
    _brand.cache_clear()


@lru_cache(maxsize=1)
def _brand(_moment: int) -> PublicBrand:
    values = brand_values()
    return PublicBrand(
        name=values["name"], address=values["address"], logo_url=values["logo_url"], color=values["color"],
        dark_color=values["dark"]["color"],
    )  # fmt: skip
