"""Which brand do the pages show that people without login see?"""

from __future__ import annotations

import re
from dataclasses import replace

from django import template

from preferences.branding import PublicBrand, public_brand

register = template.Library()

_COLOR = re.compile(r"#[0-9a-fA-F]{3,8}\Z|[a-zA-Z]+\Z")


@register.simple_tag
def brand() -> PublicBrand:
    """Name, address, logo and colours; a colour that is none is left out, since it goes into a style."""
    found = public_brand()
    return replace(found, color=_colour(found.color), dark_color=_colour(found.dark_color))


def _colour(text: str) -> str:
    return text if _COLOR.match(text) else ""
