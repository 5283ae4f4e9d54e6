"""What does staff see of the gallery? Every starter as a small mail, and one at its full size with its source."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from config.screens import show_screen, staff_screen
from notifications.compose.brands.choosing import brand_values
from notifications.gallery.shown import Look, Shown, show
from notifications.gallery.starters import Starter, all_starters, find_starter

VIEW_TEMPLATE = "notifications.view_template"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One way to look at all of the page: a link that keeps the other ways."""

    label: str
    query: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    starter: Starter
    shown: Shown


@staff_screen(VIEW_TEMPLATE)
def list_starters(request: HttpRequest) -> HttpResponse:
    """All starters, rendered with their samples."""
    look = _look(request)
    brand = brand_values()
    cards = [Card(starter=starter, shown=show(starter, look, brand=brand)) for starter in all_starters()]
    return show_screen(
        request, "notifications/console/gallery.html", title=_("Gallery"), cards=cards, look=look,
        switches=_switches(look), query=_query(look),
    )  # fmt: skip


@staff_screen(VIEW_TEMPLATE)
def show_starter(request: HttpRequest, key: str) -> HttpResponse:
    """One starter: large, as text, and its source to copy."""
    starter, look = find_starter(key), _look(request)
    if starter is None:
        raise Http404("no such starter")
    return show_screen(
        request, "notifications/console/gallery_starter.html", title=starter.name, starter=starter, look=look,
        shown=show(starter, look, brand=brand_values()), switches=_switches(look), query=_query(look),
        sample=json.dumps(starter.sample, indent=2, ensure_ascii=False),
    )  # fmt: skip


def _look(request: HttpRequest) -> Look:
    return Look(
        is_phone=request.GET.get("screen") == "phone",
        is_dark=request.GET.get("colours") == "dark",
        has_images=request.GET.get("images") != "off",
    )


def _switches(look: Look) -> list[list[Switch]]:
    """Groups of switches: screen, colours, images."""
    return [
        [
            _switch(_("Desktop"), look, is_phone=False),
            _switch(_("Phone"), look, is_phone=True),
        ],
        [
            _switch(_("Light"), look, is_dark=False),
            _switch(_("Dark"), look, is_dark=True),
        ],
        [
            _switch(_("Images"), look, has_images=True),
            _switch(_("No images"), look, has_images=False),
        ],
    ]


def _switch(label: str, look: Look, **changed: Any) -> Switch:
    other = Look(**{"is_phone": look.is_phone, "is_dark": look.is_dark, "has_images": look.has_images, **changed})
    return Switch(label=label, query=_query(other), is_chosen=other == look)


def _query(look: Look) -> str:
    """The address's part that says how to look, and nothing where it is the usual way."""
    said = {
        "screen": "phone" if look.is_phone else "",
        "colours": "dark" if look.is_dark else "",
        "images": "" if look.has_images else "off",
    }
    return "?" + urlencode({name: value for name, value in said.items() if value})
