"""When does a repeating campaign go again, and how is that said? Cron expressions, by the clock of one zone. Pure.

Windows are reckoned on the clock's face and only then become moments, so that a change of clocks moves no window.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from croniter import croniter

from campaigns.sending.slots import local_moment

_FIELDS = 5
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
#: More often nobody wants mail of one campaign.
SHORTEST = timedelta(hours=1)
_LOOKED_AT = 50
_CENTURY = timedelta(days=366 * 8)


class BadCron(ValueError):
    """An expression that says no time; the message says what to mend."""


def read_cron(text: str) -> str:
    """The expression, tidied. Raises BadCron."""
    fields = text.split()
    if len(fields) != _FIELDS:
        raise BadCron(
            "Write five fields: minute, hour, day of the month, month, day of the week. Mondays at nine: 0 9 * * 1"
        )
    tidy = " ".join(fields)
    if not croniter.is_valid(tidy):
        raise BadCron(f"“{tidy}” says no time. Mondays at nine: 0 9 * * 1")
    start = datetime(2026, 1, 1)  # noqa: DTZ001 - a clock's face
    times = _faces(tidy, start)
    found = [one for one, _ in zip(times, range(_LOOKED_AT), strict=False)]
    if not found:
        raise BadCron(f"“{tidy}” never comes.")
    if any(later - earlier < SHORTEST for earlier, later in pairwise(found)):
        raise BadCron("That is more often than once an hour: too often for a campaign.")
    return tidy


def next_window(cron: str, *, after: datetime, zone: ZoneInfo) -> datetime:
    """The first window after a moment, in UTC."""
    face = after.astimezone(zone).replace(tzinfo=None) - timedelta(hours=2)  # a clock set back shows a time again
    moments = (local_moment(one.date(), one.time(), zone) for one in _faces(cron, face))
    return next(one for one in moments if one > after)


def keep_face(window: datetime, *, before: ZoneInfo, zone: ZoneInfo, at: datetime) -> datetime:
    """A window to come, after the project has moved to another zone: what clocks show stays.

    Where they have shown it already by now, the window stays where it was: it comes once, whatever zone was in force.
    """
    face = window.astimezone(before)
    moved = local_moment(face.date(), face.time(), zone)
    return moved if moved >= at else window


def windows_until(cron: str, *, first: datetime, until: datetime, zone: ZoneInfo) -> list[datetime]:
    """The windows from `first` on that have come by `until`, oldest first; of very many the newest."""
    found: list[datetime] = []
    window = first
    while window <= until:
        found = [*found[-_LOOKED_AT:], window]
        window = next_window(cron, after=window, zone=zone)
    return found


def say_cron(cron: str) -> str:
    """The expression in plain words; one that has no short reading is shown as it is."""
    minute, hour, day, month, weekday = cron.split()
    if not (minute.isdecimal() and hour.isdecimal() and month == "*"):
        return f"at the times of “{cron}”"
    at = f"at {int(hour):02}:{int(minute):02}"
    if day == "*" and weekday == "*":
        return f"every day {at}"
    if day == "*" and (names := _names(weekday)):
        return f"every {names} {at}"
    if weekday == "*" and day.isdecimal():
        return f"on day {day} of every month {at}"
    if weekday == "*" and day == "L":
        return f"on the last day of every month {at}"
    return f"at the times of “{cron}”"


def _names(weekday: str) -> str:
    if weekday == "1-5":
        return "weekday"
    parts = weekday.split(",")
    if not all(one.isdecimal() and int(one) <= 7 for one in parts):
        return ""
    names = [_DAYS[int(one) % 7] for one in parts]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _faces(cron: str, start: datetime) -> Iterator[datetime]:
    times = croniter(cron, start, ret_type=datetime, max_years_between_matches=8)
    while True:
        try:
            yield times.get_next()
        except (ValueError, KeyError):
            return
