"""Whose pages are these? The brand of POSTRIDER_BRAND, for every page that people without login see."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.conf import settings

register = template.Library()

_COLOR = re.compile(r"#[0-9a-fA-F]{3,8}\Z|[a-zA-Z]+\Z")


@register.simple_tag
def brand() -> dict[str, Any]:
    """Name, address, logo and colour; a colour that is none is left out, since it goes into a style."""
    found: dict[str, Any] = dict(settings.POSTRIDER_BRAND)
    if not _COLOR.match(str(found.get("color", ""))):
        found["color"] = ""
    return found
