"""Which time zones can a person pick from? Every place of the IANA database, by continent, made into HTML once."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from zoneinfo import available_timezones

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

_NO_PLACES = frozenset({"Factory", "localtime", "posixrules"})


def zone_options() -> SafeString:
    """The <optgroup>s of a select, in the language that is active; none of them is selected."""
    return _options(get_language() or "en")


@lru_cache(maxsize=1)
def zones_by_region() -> dict[str, list[str]]:
    """{"Europe": ["Europe/Amsterdam", …]}; names without a continent, such as UTC, stand under ""."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for name in sorted(available_timezones() - _NO_PLACES):
        region, slash, _place = name.partition("/")
        grouped[region if slash else ""].append(name)
    return dict(sorted(grouped.items(), key=lambda item: (item[0] in {"", "Etc"}, item[0])))


@lru_cache(maxsize=16)
def _options(language: str) -> SafeString:
    names = _region_names()
    return format_html_join("", '<optgroup label="{}">{}</optgroup>', (
        (names.get(region, region), format_html_join("", '<option value="{}">{}</option>', map(_option, zones)))
        for region, zones in zones_by_region().items()
    ))  # fmt: skip


def _option(zone: str) -> tuple[str, str]:
    return zone, place_of(zone)


def place_of(zone: str) -> str:
    """A zone for reading: "Argentina, Buenos Aires"."""
    _region, slash, place = zone.partition("/")
    return (place if slash else zone).replace("/", ", ").replace("_", " ")


def chosen_option(zone: str) -> SafeString:
    """The option of the zone that is in force, to stand before all others."""
    return format_html('<option value="{}" selected>{}</option>', zone, zone.replace("_", " "))


def _region_names() -> dict[str, str]:
    return {
        "Africa": _("Africa"), "America": _("America"), "Antarctica": _("Antarctica"), "Arctic": _("Arctic"),
        "Asia": _("Asia"), "Atlantic": _("Atlantic"), "Australia": _("Australia"), "Europe": _("Europe"),
        "Indian": _("Indian Ocean"), "Pacific": _("Pacific"), "Etc": _("Distance from UTC"), "": _("Others"),
    }  # fmt: skip
