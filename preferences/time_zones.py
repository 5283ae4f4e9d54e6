"""What time is it where a person lives?"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings

_UTC = ZoneInfo("UTC")


def zone_of(name: str) -> ZoneInfo:
    """The zone of this IANA name; the company's own where it is empty or unknown."""
    return _zone(name) or _zone(settings.POSTRIDER_TIME_ZONE) or _UTC


def is_zone(name: str) -> bool:
    """Whether there is such a zone."""
    return _zone(name) is not None


def earliest(day: date, clock_time: time, zone: ZoneInfo) -> datetime:
    """The first moment, in UTC, at which clocks there may show this time.

    When clocks are set back a time comes twice, and when they are set forward it never comes: `earliest` and `latest`
    then lie around all that could be meant.
    """
    return min(_readings(day, clock_time, zone))


def latest(day: date, clock_time: time, zone: ZoneInfo) -> datetime:
    """The last moment, in UTC, at which clocks there may show this time."""
    return max(_readings(day, clock_time, zone))


def next_local(at: datetime, clock_time: time, zone: ZoneInfo, *, weekday: int | None = None) -> datetime:
    """The next moment after `at` at which clocks there show this time, on that weekday (0 is Monday) or on any."""
    day = at.astimezone(zone).date()
    while True:
        if weekday is None or day.weekday() == weekday:
            moment = latest(day, clock_time, zone)
            if moment > at:
                return moment
        day += timedelta(days=1)


def _readings(day: date, clock_time: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    naive = datetime.combine(day, clock_time.replace(tzinfo=None))
    first, second = (naive.replace(tzinfo=zone, fold=fold).astimezone(_UTC) for fold in (0, 1))
    return first, second


@lru_cache(maxsize=700)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # unknown, or no name at all but a path
        return None
