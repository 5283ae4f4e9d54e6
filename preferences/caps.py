"""Has this person had enough mail for now? Places in caps are taken as a mail leaves, and given back if it did not.

Only news counts: notifications and marketing. Who takes places must hold the contacts' rows alone (facts.Lock.ALONE),
or two could take the last one.
"""

from __future__ import annotations

import time as monotonic_time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from config.arrays import int_array, uuid_array
from config.queues import Stream
from preferences.facts import Facts
from preferences.models import CapUse, FrequencyCap
from preferences.sunset import most_a_week_when_fading
from preferences.time_zones import latest, zone_of

CAPPED_STREAMS = frozenset({Stream.NOTIFICATION.value, Stream.MARKETING.value})
ROLLING: dict[str, timedelta] = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}
#: So long a place is remembered: a calendar month has 31 days, and an hour more when clocks are set back.
KEPT = timedelta(days=32)
_REMEMBERED_SECONDS = 10
_PRUNED_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """At most so many mails of some streams (and of one topic, if it names one) in a period."""

    streams: frozenset[str]
    most: int
    period: str  # day, week, month
    is_calendar: bool = False
    topic_key: str = ""

    def counts(self, stream: str, topic_key: str) -> bool:
        """Whether a mail of that kind takes a place."""
        return stream in self.streams and self.topic_key in {"", topic_key}


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A mail that takes a place."""

    message_id: UUID
    contact_id: int
    stream: str
    topic_key: str
    at: datetime


def full_until(caps: Sequence[Cap], uses: Sequence[Use], wanted: Use, zone: ZoneInfo) -> datetime | None:
    """When there is room for `wanted` beside the contact's `uses`; None: now. Pure."""
    waits = [
        wait
        for cap in caps
        if cap.counts(wanted.stream, wanted.topic_key)
        if (wait := _wait(cap, [use.at for use in uses if cap.counts(use.stream, use.topic_key)], wanted.at, zone))
    ]
    return max(waits, default=None)


def take_places(wanted: Sequence[Use], facts: Mapping[int, Facts]) -> dict[UUID, datetime]:
    """Take a place for each mail that has room, in two statements; the others, with the time from which there is some.

    A mail that has a place already keeps it.
    """
    caps_of = {use.contact_id: caps_for(facts[use.contact_id], use.stream, at=use.at) for use in wanted}
    wanted = [use for use in wanted if caps_of[use.contact_id]]
    if not wanted:
        return {}
    taken = _read_uses({use.contact_id for use in wanted}, since=wanted[0].at - KEPT)
    granted, refused = [], {}
    for use in wanted:
        others = [one for one in taken[use.contact_id] if one.message_id != use.message_id]
        wait = full_until(caps_of[use.contact_id], others, use, zone_of(facts[use.contact_id].time_zone))
        if wait is None:
            granted.append(use)
            taken[use.contact_id] = [*others, use]
        else:
            refused[use.message_id] = wait
    _write_uses(granted)
    return refused


def give_back(message_ids: Iterable[UUID]) -> None:
    """Free the places of mails that nobody accepted."""
    if ids := list(message_ids):
        CapUse.objects.filter(pk__in=ids).delete()


def caps_for(facts: Facts, stream: str, *, at: datetime) -> tuple[Cap, ...]:
    """The caps that hold for this person and stream: the company's, the person's own, and one for who reads less."""
    if stream not in CAPPED_STREAMS:
        return ()
    caps = tuple([cap for cap in load_caps() if stream in cap.streams])
    if facts.most_a_week is not None:
        caps = (*caps, Cap(streams=CAPPED_STREAMS, most=facts.most_a_week, period="week"))
    if stream == Stream.MARKETING and facts.engaged_since:
        fading = most_a_week_when_fading(facts.engaged_since, at=at)
        if fading is not None:
            caps = (*caps, Cap(streams=frozenset({stream}), most=fading, period="week"))
    return caps


def load_caps() -> tuple[Cap, ...]:
    """The company's active caps; remembered for some seconds."""
    return _load(int(monotonic_time.monotonic() / _REMEMBERED_SECONDS))


def forget_caps() -> None:
    """Read them anew: for tests, and for the process that changed them."""
    _load.cache_clear()


def prune_uses(*, at: datetime) -> int:
    """Forget places that no cap can look back to any more; return how many, some thousands at most."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM preferences_capuse WHERE message_id IN"
            " (SELECT message_id FROM preferences_capuse WHERE used_at < %s LIMIT %s)",
            [at - KEPT, _PRUNED_AT_ONCE],
        )
        count: int = cursor.rowcount
        return count


@lru_cache(maxsize=2)
def _load(_moment: int) -> tuple[Cap, ...]:
    return tuple(
        Cap(
            streams=frozenset(cap.streams) & CAPPED_STREAMS, most=cap.most, period=cap.period,
            is_calendar=cap.is_calendar, topic_key=cap.topic.key if cap.topic else "",
        )
        for cap in FrequencyCap.objects.filter(is_active=True).select_related("topic").order_by("pk")
    )  # fmt: skip


def _wait(cap: Cap, times: list[datetime], at: datetime, zone: ZoneInfo) -> datetime | None:
    """When the cap has room again; None: it has."""
    if cap.is_calendar:
        start, end = _calendar(cap.period, at, zone)
        return end if sum(start <= one for one in times) >= cap.most else None
    inside = sorted(one for one in times if one > at - ROLLING[cap.period])
    if len(inside) < cap.most:
        return None
    return inside[len(inside) - cap.most] + ROLLING[cap.period] if cap.most else at + ROLLING[cap.period]


def _calendar(period: str, at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moments of this day, week (Monday) or month in that zone, and of the next one."""
    today = at.astimezone(zone).date()
    if period == "day":
        first, following = today, today + timedelta(days=1)
    elif period == "week":
        first = today - timedelta(days=today.weekday())
        following = first + timedelta(days=7)
    else:
        first = today.replace(day=1)
        following = (first + KEPT).replace(day=1)
    return latest(first, time(), zone), latest(following, time(), zone)


def _read_uses(contact_ids: Iterable[int], *, since: datetime) -> dict[int, list[Use]]:
    taken: dict[int, list[Use]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_id, contact_id, stream, topic_key, used_at FROM preferences_capuse"
            " WHERE contact_id = ANY(%s::bigint[]) AND used_at > %s",
            [int_array(contact_ids), since],
        )
        for message_id, contact_id, stream, topic_key, used_at in cursor.fetchall():
            taken[contact_id].append(
                Use(message_id=message_id, contact_id=contact_id, stream=stream, topic_key=topic_key, at=used_at)
            )
    return taken


def _write_uses(uses: Sequence[Use]) -> None:
    if not uses:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO preferences_capuse (message_id, contact_id, stream, topic_key, used_at)"
            " SELECT v.* FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::timestamptz[]) v"
            " ON CONFLICT (message_id) DO UPDATE SET used_at = excluded.used_at",
            [
                uuid_array(use.message_id for use in uses), int_array(use.contact_id for use in uses),
                [use.stream for use in uses], [use.topic_key for use in uses], [use.at for use in uses],
            ],
        )  # fmt: skip
