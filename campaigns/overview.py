"""How is it going right now? A handful of bounded queries over the last day, remembered for some seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import perf_counter

from django.db import connection
from django.db.models import Q

from config.ids import id_floor
from tracking.models import Message

HOURS = 24
#: Counting a day of a big campaign costs more than a glance is worth, so one count serves everybody for a while: for
#: so long, and so many times longer than it took.
REMEMBERED_SECONDS = 15
_TIMES_LONGER = 30
_NEVER = datetime.min.replace(tzinfo=UTC)
#: Latency is read from the last so many accepted mails of the last hour.
LATENCY_SAMPLE = 500

COLUMNS = (
    "caused", "sent", "delivered", "opened", "clicked", "bounced", "complained", "unsubscribed", "skipped", "failed",
    "lapsed", "unknown",
)  # fmt: skip

# What a provider reported on was sent, also where its answer to the call was lost and the mail is not settled yet.
# A range of the primary key, whose UUIDv7 order is that of creation: no other index is needed, no older row read.
_BY_HOUR = """
    SELECT date_trunc('hour', created_at AT TIME ZONE 'UTC') AS hour, created_at >= %(last_hour)s AS is_recent,
           count(*), count(coalesce(sent_at, delivered_at, bounced_at)), count(delivered_at), count(opened_at),
           count(clicked_at), count(bounced_at), count(complained_at), count(unsubscribed_at),
           count(*) FILTER (WHERE state = 'skipped'),
           count(*) FILTER (WHERE state IN ('failed', 'dead')),
           count(*) FILTER (WHERE state IN ('expired', 'cancelled')), count(*) FILTER (WHERE state = 'unknown')
      FROM tracking_message WHERE id >= %(floor)s GROUP BY 1, 2
"""

# From the moment a mail could go (its event, or its due time where it was delayed) to the provider's accept. By the
# event's id, whose index knows no campaigns: a million mails of one since the last event cost nothing.
_LATENCY = """
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds), percentile_cont(0.99) WITHIN GROUP (ORDER BY seconds),
           count(*)
      FROM (SELECT extract(epoch FROM m.sent_at - greatest(e.received_at, m.due_at)) AS seconds
              FROM tracking_message m JOIN tracking_event e ON e.id = m.event_id
             WHERE m.event_id >= %s AND m.sent_at IS NOT NULL ORDER BY m.event_id DESC LIMIT %s) AS recent
     WHERE seconds >= 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """The mails created in one hour, and how many of them were sent and delivered."""

    at: datetime
    sent: int = 0
    delivered: int = 0


@dataclass(slots=True, kw_only=True)
class Day:
    """The last 24 hours: totals, those of the last hour, and the hours one by one, oldest first."""

    totals: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 0))
    last_hour: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 0))
    hours: list[Hour] = field(default_factory=list)

    @property
    def peak(self) -> int:
        """The most that were sent in one hour."""
        return max((hour.sent for hour in self.hours), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Seconds from the event to the provider's accept; None without mails to measure."""

    p50: float | None
    p99: float | None
    sample: int


@dataclass(slots=True)
class _Memory:
    """The last count, and until when it will do."""

    day: Day | None = None
    at: datetime = _NEVER
    until: datetime = _NEVER


_memory = _Memory()


def read_day(*, at: datetime) -> Day:
    """What became of the mails created in the last 24 hours, some seconds ago; longer where there are very many."""
    if _memory.day is None or not _memory.at <= at < _memory.until:
        started = perf_counter()
        _memory.day, _memory.at = _read_day(at), at
        took = perf_counter() - started
        _memory.until = at + timedelta(seconds=max(REMEMBERED_SECONDS, _TIMES_LONGER * took))
    return _memory.day


def forget() -> None:
    """Count anew at the next look."""
    _memory.day = None


def _read_day(at: datetime) -> Day:
    day = Day()
    by_hour: dict[datetime, dict[str, int]] = {}
    with connection.cursor() as cursor:
        floor = id_floor(at - timedelta(hours=HOURS))
        cursor.execute(_BY_HOUR, {"floor": floor, "last_hour": at - timedelta(hours=1)})
        for hour, is_recent, *counts in cursor.fetchall():
            found = dict(zip(COLUMNS, counts, strict=True))
            _add(day.totals, found)
            if is_recent:
                _add(day.last_hour, found)
            _add(by_hour.setdefault(hour.replace(tzinfo=UTC), dict.fromkeys(COLUMNS, 0)), found)
    day.hours = _fill(by_hour, until=at)
    return day


def _add(sums: dict[str, int], found: dict[str, int]) -> None:
    for name, count in found.items():
        sums[name] += count


def _fill(by_hour: dict[datetime, dict[str, int]], *, until: datetime) -> list[Hour]:
    """All hours of the day, also the empty ones."""
    last = until.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hours = [last - timedelta(hours=back) for back in range(HOURS - 1, -1, -1)]
    none = dict.fromkeys(COLUMNS, 0)
    found = [(hour, by_hour.get(hour, none)) for hour in hours]
    return [Hour(at=hour, sent=counts["sent"], delivered=counts["delivered"]) for hour, counts in found]


def read_latency(*, at: datetime) -> Latency:
    """How fast recent mails left, caused by events of the last hour."""
    with connection.cursor() as cursor:
        cursor.execute(_LATENCY, [id_floor(at - timedelta(hours=1)), LATENCY_SAMPLE])
        p50, p99, sample = cursor.fetchone()
    return Latency(p50=p50, p99=p99, sample=sample)


def read_trouble(*, at: datetime, limit: int = 8) -> list[Message]:
    """The newest failed, dead and unknown mails of the last week, by the partial index on states aside."""
    aside = Q(aside__in=[Message.State.FAILED, Message.State.DEAD, Message.State.UNKNOWN])
    recent = Message.objects.filter(aside, pk__gte=id_floor(at - timedelta(days=7)))
    return list(recent.select_related("contact").order_by("-pk")[:limit])
