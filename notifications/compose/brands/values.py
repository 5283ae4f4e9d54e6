"""How do templates read a brand? As `brand.name`, `brand.color`, `brand.dark.text` and so on: plain values.

A version keeps these values as they were when it was published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings

from notifications.compose.brands.content import DARK, LIGHT, NETWORKS, RESERVED, BrandContent, Palette
from notifications.compose.brands.fonts import DEFAULT, STACKS
from notifications.compose.preflight.colours import WHITE, contrast, read_colour

Values = dict[str, Any]

INK = "#11151c"  # on buttons that are too light for white
_LEGIBLE = 3.0  # to 1: words on a button are large or bold


def values_of(content: BrandContent) -> Values:
    """What templates read of a brand."""
    return {
        **content.extras,
        "name": content.name,
        "address": content.address,
        "url": content.url,
        "logo_url": content.logo_url,
        "font": STACKS.get(content.font, STACKS[DEFAULT]),
        "heading_font": STACKS.get(content.heading_font, STACKS[DEFAULT]),
        **_painted(content.light),
        "dark": _painted(content.dark),
        "social": {name: content.social.get(name, "") for name in NETWORKS},
        "has_social": "yes" if content.social else "",
    }


def settings_content() -> BrandContent:
    """What POSTRIDER_BRAND says. Nothing in it is refused: a project that ran with it before runs on."""
    given = {name: str(value) for name, value in settings.POSTRIDER_BRAND.items()}
    colour = read_colour(given.get("color", ""))
    accent = {"accent": str(colour), "button": str(colour)} if colour else {}
    return BrandContent.model_construct(
        name=given.get("name", ""), address=given.get("address", ""), url=given.get("url", ""),
        logo_url=given.get("logo_url", ""), light=LIGHT.model_copy(update=accent), dark=DARK.model_copy(update=accent),
        social={}, extras={name: value for name, value in given.items() if name not in RESERVED},
    )  # fmt: skip


def settings_values() -> Values:
    """The same as templates read it: what holds while no brand was made."""
    return values_of(settings_content())


def complete(values: Mapping[str, Any]) -> Values:
    """Kept values, with those that brands did not have yet when they were kept. None kept: those of the settings."""
    if not values:
        return settings_values()
    blank = values_of(BrandContent.model_construct(name="", address="", social={}, extras={}))
    return {
        **blank,
        **values,
        "dark": {**blank["dark"], **values.get("dark", {})},
        "social": {**blank["social"], **values.get("social", {})},
    }


def flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every value by its path, such as `dark.text`."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


def own_values(values: Mapping[str, Any]) -> Values:
    """Those that people write into a mail: words and addresses, and the colour; not what only layouts need."""
    kept = {"name", "address", "url", "logo_url", "color"}
    return {name: value for name, value in values.items() if name in kept or name not in RESERVED}


def ink_on(ground: str) -> str:
    """White, or nearly black where white could not be read."""
    colour = read_colour(ground)
    return "#ffffff" if colour is None or contrast(WHITE, colour) >= _LEGIBLE else INK


def _painted(palette: Palette) -> Values:
    colours = palette.model_dump()
    return {"color": colours.pop("accent"), **colours, "button_text": ink_on(palette.button)}
