"""How is a moment written for a person: by their clock, in their language?

A date with a time counts as UTC where it names no zone. A date without a time is a day, the same everywhere. What is no
date comes through unchanged, as Liquid's own filter does it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from babel.core import Locale
from babel.dates import format_date, format_time, get_datetime_format
from liquid.filter import with_context

from notifications.compose.filters.bounds import Filter, as_text
from notifications.compose.filters.places import Place, fit_spaces, place_of

if TYPE_CHECKING:
    from liquid import RenderContext

Width = Literal["short", "medium", "long", "full"]
_WIDTHS: dict[str, Width] = {"short": "short", "medium": "medium", "long": "long", "full": "full"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONGEST = 40
_Writer = Callable[[date, Width, Locale], str]


def local_date(left: object, width: object = "medium", *, context: RenderContext) -> str:
    """4 May 2026, by the person's calendar day."""
    return _write(left, width, _date, context)


def local_time(left: object, width: object = "short", *, context: RenderContext) -> str:
    """14:30, by the person's clock; nothing for a date without a time."""
    return _write(left, width, _time, context)


def local_datetime(left: object, width: object = "medium", *, context: RenderContext) -> str:
    """Date and time in one; a date without a time is written as a date."""
    return _write(left, width, _datetime, context)


def day_name(left: object, *, context: RenderContext) -> str:
    """Monday, in the person's language."""
    return _write(left, "medium", lambda moment, _, locale: format_date(moment, "EEEE", locale), context)


def month_name(left: object, *, context: RenderContext) -> str:
    """May, in the person's language."""
    return _write(left, "medium", lambda moment, _, locale: format_date(moment, "LLLL", locale), context)


FILTERS: dict[str, Filter] = {
    function.__name__: with_context(function)
    for function in (local_date, local_time, local_datetime, day_name, month_name)
}


def _write(left: object, width: object, writer: _Writer, context: RenderContext) -> str:
    place = place_of(context)
    moment = read_moment(left, place)
    if moment is None:
        return as_text(left)
    known = _WIDTHS.get(width, "medium") if isinstance(width, str) else "medium"
    return fit_spaces(writer(moment, known, place.locale), context)


def read_moment(left: object, place: Place) -> date | None:
    """A date, or a datetime by the person's clock, from ISO 8601 or the seconds since 1970; None for anything else."""
    try:
        if type(left) is int or type(left) is float:
            return datetime.fromtimestamp(left, tz=UTC).astimezone(place.zone)
        if not isinstance(left, str) or len(left) > _LONGEST:
            return None
        moment = _read_iso(str(left).strip())
        return moment.astimezone(place.zone) if isinstance(moment, datetime) else moment
    except (ValueError, OverflowError, OSError):
        return None


@lru_cache(maxsize=1024)
def _read_iso(text: str) -> date:
    if _DAY.fullmatch(text):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _date(moment: date, width: Width, locale: Locale) -> str:
    return format_date(moment, width, locale)


def _time(moment: date, width: Width, locale: Locale) -> str:
    return format_time(moment, width, tzinfo=moment.tzinfo, locale=locale) if isinstance(moment, datetime) else ""


def _datetime(moment: date, width: Width, locale: Locale) -> str:
    """The time without its seconds, whatever the width: they are noise in a mail."""
    written = format_date(moment, width, locale)
    if not isinstance(moment, datetime):
        return written
    both = str(get_datetime_format(width, locale=locale)).replace("'", "")
    return both.replace("{0}", _time(moment, "short", locale)).replace("{1}", written)
