"""Which days are meant, where a person lives? "Today" begins at another moment in Auckland than in Lima."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import available_timezones

from django.conf import settings

from campaigns.segments.pieces import Piece, Statement
from preferences.time_zones import zone_of

DateTest = Literal[
    "on", "not_on", "before", "after", "between", "in_last", "in_next", "days_ago", "days_ahead", "anniversary",
    "known", "unknown",
]  # fmt: skip

_RELATIVE = frozenset({"in_last", "in_next", "days_ago", "days_ahead", "anniversary"})
_SHIFTS = (-1, 0, 1)  # a person's day against that of UTC
_ALWAYS = ("0000-00-00", "9999-99-99")


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """How a day lies to others: which test, and what it compares with."""

    test: DateTest
    days: int = 0
    day: date | None = None
    until: date | None = None


def compare_date(source: Piece, asked: Days, into: Statement, *, is_personal: bool) -> Piece:
    """How a day, written as text, lies to a day of the calendar or to today; false without one.

    Today is the person's own, or that of the company where the day isn't the person's.
    """
    if asked.test in {"known", "unknown"}:
        return Piece(f"({source.sql}) IS {'NOT ' if asked.test == 'known' else ''}NULL", source.values)
    if asked.test not in _RELATIVE:
        low, high = _bounds(asked)
        negation = "NOT " if asked.test == "not_on" else ""
        return Piece(f"{negation}coalesce(({source.sql}) BETWEEN %s AND %s, false)", (*source.values, low, high))
    return _test_relative(source, asked, _todays(into) if is_personal else [own_day(into.at)])


def _bounds(asked: Days) -> tuple[str, str]:
    """The first and the last day that are meant, as text."""
    day = asked.day
    assert day is not None
    match asked.test:
        case "before":
            return _ALWAYS[0], str(day - timedelta(days=1))
        case "after":
            return str(day + timedelta(days=1)), _ALWAYS[1]
        case "between":
            return str(day), str(asked.until or day)
    return str(day), str(day)


def relative_bounds(test: DateTest, days: int, today: date) -> tuple[date, date]:
    """The first and the last day that are meant, seen from a day; both count."""
    span = timedelta(days=days)
    return {
        "in_last": (today - span, today), "in_next": (today, today + span),
        "days_ago": (today - span, today - span), "days_ahead": (today + span, today + span),
    }[test]  # fmt: skip


def anniversaries(days: int, today: date) -> list[str]:
    """The month and day ("02-28") of today and of so many days to come. Who was born on a leap day celebrates on
    28 February in other years."""
    coming = [today + timedelta(days=ahead) for ahead in range(min(days, 365) + 1)]
    found = {f"{one:%m-%d}" for one in coming}
    return sorted(found | {"02-29" for one in coming if (one.month, one.day) == (2, 28) and not _is_leap(one.year)})


def _test_relative(source: Piece, asked: Days, todays: list[date]) -> Piece:
    """Todays: one, or one for each shift."""
    if asked.test == "anniversary":
        by_today = [anniversaries(asked.days, today) for today in todays]
        sql = f"coalesce(right({source.sql}, 5) = ANY({_chosen('text[]', len(todays))}), false)"
        return Piece(sql, (*source.values, *by_today))
    bounds = [relative_bounds(asked.test, asked.days, today) for today in todays]
    one = _chosen("text", len(todays))
    lows, highs = [str(low) for low, _ in bounds], [str(high) for _, high in bounds]
    return Piece(f"coalesce(({source.sql}) BETWEEN {one} AND {one}, false)", (*source.values, *lows, *highs))


def _chosen(kind: str, number: int) -> str:
    """The one of the following values that belongs to the contact's day."""
    if number == 1:
        return f"%s::{kind}"
    return f"CASE here.shift WHEN -1 THEN %s::{kind} WHEN 0 THEN %s::{kind} ELSE %s::{kind} END"


def _todays(into: Statement) -> list[date]:
    """The days it can be, one by one; makes `here.shift` say which of them it is for a contact."""
    into.beside("here", _shift(into.at))
    today = utc_day(into.at)
    return [today + timedelta(days=shift) for shift in _SHIFTS]


def own_day(at: datetime) -> date:
    """The company's day."""
    return at.astimezone(zone_of(settings.POSTRIDER_TIME_ZONE)).date()


def utc_day(at: datetime) -> date:
    """The day in Greenwich."""
    return at.astimezone(zone_of("UTC")).date()


def _shift(at: datetime) -> Piece:
    zones, otherwise = _zones_by_shift(at.replace(second=0, microsecond=0), settings.POSTRIDER_TIME_ZONE)
    cases = "".join(" WHEN c.time_zone = ANY(%s::text[]) THEN %s::int" for _ in zones)
    values = tuple(value for shift, names in zones for value in (list(names), shift))
    return Piece(f"SELECT CASE{cases} ELSE %s::int END AS shift" if cases else "SELECT %s::int AS shift",
                 (*values, otherwise))  # fmt: skip


@lru_cache(maxsize=64)
def _zones_by_shift(at: datetime, own: str) -> tuple[list[tuple[int, tuple[str, ...]]], int]:
    """The zones in which it is another day than in the company's, by shift; and the company's own shift."""
    here = utc_day(at)
    otherwise = (at.astimezone(zone_of(own)).date() - here).days
    by_shift: dict[int, list[str]] = {}
    for name in _zone_names():
        by_shift.setdefault((at.astimezone(zone_of(name)).date() - here).days, []).append(name)
    by_shift.pop(otherwise, None)
    return [(shift, tuple(names)) for shift, names in sorted(by_shift.items())], otherwise


@lru_cache(maxsize=1)
def _zone_names() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
