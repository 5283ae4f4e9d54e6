"""How fast does each stream move: mails handed over and failed calls by the minute, and how long providers take?

Read from the newest attempts by their time-ordered key. A stream of single calls makes many of them, so no more than a
bounded number is looked at; then the window is shorter, and the rates are still right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from time import monotonic

from django.db import connection

from config.ids import id_floor
from config.queues import STREAMS

MINUTES = 15
#: Enough for 15 minutes of 30 calls a second.
MOST_ATTEMPTS = 30_000
REMEMBERED_SECONDS = 2
#: What is due is divided by the rate of so many last minutes.
RECENT_MINUTES = 3

# The worst verdict speaks for a call: where one recipient was refused, the others of its batch were taken.
_MINUTES_OF_STREAMS = """
    WITH newest AS (
        SELECT a.stream, a.kind, a.milliseconds, a.started_at, a.call_id FROM notifications_attempt a
         WHERE a.id >= %(floor)s AND a.kind <> 'not_tried' ORDER BY a.id DESC LIMIT %(most)s)
    SELECT n.stream, floor(extract(epoch FROM %(at)s - n.started_at) / 60)::int AS back, min(n.started_at), count(*),
           coalesce(sum(CASE WHEN n.kind = 'accepted' THEN c.size
                             WHEN n.kind LIKE 'permanent%%' THEN c.size - 1 ELSE 0 END), 0),
           count(*) FILTER (WHERE n.kind <> 'accepted'), array_agg(n.milliseconds)
      FROM newest n LEFT JOIN notifications_call c ON c.id = n.call_id GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """What one minute brought."""

    mails: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A stream's last minutes, the oldest first; times are a provider's milliseconds for a call, None without calls."""

    minutes: tuple[Minute, ...] = (Minute(),) * MINUTES
    median: int | None = None
    p99: int | None = None
    seen: timedelta = timedelta(minutes=MINUTES)  # how far back the attempts that were looked at reach

    @property
    def mails(self) -> int:
        """Mails handed over in the window."""
        return sum(minute.mails for minute in self.minutes)

    @property
    def errors(self) -> int:
        """Calls that failed in the window."""
        return sum(minute.errors for minute in self.minutes)

    @property
    def mails_a_minute(self) -> float:
        """The rate of the last minutes; the youngest of them is not over yet, so it is counted by its length."""
        recent = min(self.seen, timedelta(minutes=RECENT_MINUTES))
        minutes = max(recent / timedelta(minutes=1), 1 / 60)
        return sum(minute.mails for minute in self.minutes[-RECENT_MINUTES:]) / minutes

    def time_for(self, mails: int) -> timedelta | None:
        """How long so many mails take at this rate; None while nothing moves."""
        rate = self.mails_a_minute
        return timedelta(minutes=min(mails / rate, 525_600)) if rate else None


@dataclass(slots=True)
class _Counts:
    minutes: list[Minute] = field(default_factory=lambda: [Minute()] * MINUTES)
    milliseconds: list[int] = field(default_factory=list)


def read_paces(*, at: datetime) -> dict[str, Pace]:
    """All streams' paces, at most REMEMBERED_SECONDS old."""
    return _read(int(monotonic() / REMEMBERED_SECONDS), at.replace(microsecond=0))


def forget() -> None:
    """Count anew at the next look."""
    _read.cache_clear()


@lru_cache(maxsize=1)
def _read(_moment: int, at: datetime) -> dict[str, Pace]:
    counted = {stream: _Counts() for stream in STREAMS}
    attempts, oldest = 0, at
    floor = id_floor(at - timedelta(minutes=MINUTES))
    with connection.cursor() as cursor:
        cursor.execute(_MINUTES_OF_STREAMS, {"at": at, "floor": floor, "most": MOST_ATTEMPTS})
        for stream, back, first, calls, mails, errors, milliseconds in cursor.fetchall():
            attempts, oldest = attempts + calls, min(oldest, first)
            place = MINUTES - 1 - max(back, 0)
            if stream in counted and place >= 0:
                counted[stream].minutes[place] = Minute(mails=mails, errors=errors)
                counted[stream].milliseconds += milliseconds
    seen = at - oldest if attempts >= MOST_ATTEMPTS else timedelta(minutes=MINUTES)
    return {stream: _pace(one, seen=seen) for stream, one in counted.items()}


def _pace(counts: _Counts, *, seen: timedelta) -> Pace:
    times = sorted(counts.milliseconds)
    return Pace(minutes=tuple(counts.minutes), median=_part(times, 0.5), p99=_part(times, 0.99), seen=seen)


def _part(times: Sequence[int], part: float) -> int | None:
    """The value below which so large a part of sorted values lies."""
    return times[min(int(len(times) * part), len(times) - 1)] if times else None
