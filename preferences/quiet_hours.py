"""May this person be written to at this hour, and if not, from when on?

Rules say what clocks show where the person lives. When clocks are changed a forbidden time is forbidden both times it
comes, and one that never comes forbids what lies around it: rather an hour late than at night.
"""

from __future__ import annotations

import time as monotonic_time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from preferences.facts import Facts
from preferences.models import QuietHours
from preferences.time_zones import earliest, latest, zone_of

#: Further ahead nobody looks: a mail is asked about again by then.
HORIZON = timedelta(days=14)
#: Mails that were held back leave spread over so long, in steps.
SPREAD_STEPS = 30
SPREAD_STEP = timedelta(seconds=30)
_REMEMBERED_SECONDS = 10
_EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Nothing between two times of the day (or only between them), on some weekdays (0 is Monday)."""

    is_open: bool
    streams: frozenset[str]
    days: frozenset[int]
    starts: time
    ends: time


Span = tuple[datetime, datetime]


def quiet_until(rules: Sequence[Rule], facts: Facts, stream: str, *, at: datetime) -> datetime | None:
    """When a mail of `stream` may go to this person; None: now."""
    applying = rules_for(rules, facts, stream)
    return first_allowed(applying, zone_of(facts.time_zone), at=at) if applying else None


def rules_for(rules: Sequence[Rule], facts: Facts, stream: str) -> tuple[Rule, ...]:
    """The company's rules about a stream, and the person's own."""
    own = _own(facts.quiet_from, facts.quiet_until, stream) if facts.quiet_from and facts.quiet_until else None
    return (*(rule for rule in rules if stream in rule.streams), *((own,) if own else ()))


@lru_cache(maxsize=10_000)
def first_allowed(rules: tuple[Rule, ...], zone: ZoneInfo, *, at: datetime) -> datetime | None:
    """The first moment from `at` on that no rule forbids; None when that is `at` itself."""
    moment = at
    while moment < at + HORIZON:
        later = _end_of_quiet(rules, zone, moment)
        if later is None:
            return None if moment == at else moment
        moment = later
    return moment


def spread(release: datetime, message_id: UUID) -> datetime:
    """The moment for one of many mails that are released together; the same each time it is asked."""
    return release + SPREAD_STEP * (message_id.int % SPREAD_STEPS)


def load_rules() -> tuple[Rule, ...]:
    """The company's active rules; remembered for some seconds."""
    return _load(int(monotonic_time.monotonic() / _REMEMBERED_SECONDS))


def forget_rules() -> None:
    """Read them anew: for tests, and for the process that changed them."""
    _load.cache_clear()


def rule_of(row: QuietHours) -> Rule:
    """The rule that a row says."""
    return Rule(
        is_open=row.kind == QuietHours.Kind.OPEN, streams=frozenset(row.streams), days=frozenset(row.days),
        starts=row.starts, ends=row.ends,
    )  # fmt: skip


@lru_cache(maxsize=2)
def _load(_moment: int) -> tuple[Rule, ...]:
    return tuple(rule_of(row) for row in QuietHours.objects.filter(is_active=True).order_by("pk"))


@lru_cache(maxsize=2000)
def _own(starts: time, ends: time, stream: str) -> Rule | None:
    if starts == ends:
        return None
    return Rule(is_open=False, streams=frozenset({stream}), days=_EVERY_DAY, starts=starts, ends=ends)


def _end_of_quiet(rules: Iterable[Rule], zone: ZoneInfo, at: datetime) -> datetime | None:
    """When what forbids `at` is over; None when nothing does."""
    rules = list(rules)
    ends = [end for rule in rules if not rule.is_open for start, end in _spans(rule, zone, at) if start <= at < end]
    if ends:
        return max(ends)
    opens = [span for rule in rules if rule.is_open for span in _spans(rule, zone, at)]
    if not any(rule.is_open for rule in rules) or any(start <= at < end for start, end in opens):
        return None
    return min((start for start, _ in opens if start > at), default=at + HORIZON)


def _spans(rule: Rule, zone: ZoneInfo, at: datetime) -> Iterator[Span]:
    """The times of a rule around `at`: an open one looks a week ahead, to say when it opens next."""
    today = at.astimezone(zone).date()
    for ahead in range(-2, 9 if rule.is_open else 2):
        day = today + timedelta(days=ahead)
        if day.weekday() in rule.days:
            yield _span(rule, day, zone)


def _span(rule: Rule, day: date, zone: ZoneInfo) -> Span:
    last = day if rule.starts < rule.ends else day + timedelta(days=1)
    if rule.is_open:
        return latest(day, rule.starts, zone), earliest(last, rule.ends, zone)
    return earliest(day, rule.starts, zone), latest(last, rule.ends, zone)
