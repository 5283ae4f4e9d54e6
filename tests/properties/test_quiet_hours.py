"""Is anybody, in any time zone and across any change of its clocks, ever written to in quiet hours?"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import example, given, settings
from hypothesis import strategies as some

from preferences.quiet_hours import HORIZON, Rule, first_allowed

ZONES = sorted(available_timezones())
EVERY_DAY = frozenset(range(7))
#: Half of the moments lie near the clock changes of Europe and America, the others anywhere in three years.
_CHANGES = [
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 4, 4, 16, tzinfo=UTC),
    datetime(2026, 10, 3, 16, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
]

times = some.builds(time, hour=some.integers(0, 23), minute=some.sampled_from([0, 1, 15, 29, 30, 45, 59]))
moments = some.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    some.sampled_from(_CHANGES),
    some.integers(-2000, 2000),
) | some.integers(0, 3 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
zones = some.sampled_from(ZONES).map(ZoneInfo)
days = some.frozensets(some.integers(0, 6), min_size=1)


def _rule(starts: time, ends: time, on: frozenset[int] = EVERY_DAY, *, is_open: bool = False) -> Rule:
    return Rule(is_open=is_open, streams=frozenset({"marketing"}), days=on, starts=starts, ends=ends)


def _is_inside(moment: datetime, rule: Rule, zone: ZoneInfo) -> bool:
    """By the clock on the wall alone, the naive way."""
    local = moment.astimezone(zone)
    now, today, yesterday = local.time(), local.weekday(), (local.weekday() - 1) % 7
    if rule.starts < rule.ends:
        return today in rule.days and rule.starts <= now < rule.ends
    return (today in rule.days and now >= rule.starts) or (yesterday in rule.days and now < rule.ends)


@settings(max_examples=600, deadline=None)
@given(times, times, days, zones, moments)
@example(time(2, 30), time(3, 30), EVERY_DAY, ZoneInfo("Europe/Berlin"), datetime(2026, 3, 29, 0, 45, tzinfo=UTC))
@example(time(1), time(2, 30), EVERY_DAY, ZoneInfo("Europe/Berlin"), datetime(2026, 10, 25, 0, 45, tzinfo=UTC))
@example(time(22), time(8), EVERY_DAY, ZoneInfo("Pacific/Apia"), datetime(2026, 10, 3, 16, tzinfo=UTC))
def test_never_inside(starts: time, ends: time, on: frozenset[int], zone: ZoneInfo, at: datetime) -> None:
    rule = _rule(starts, ends, on)
    allowed = first_allowed((rule,), zone, at=at) or at
    if allowed < at + HORIZON:
        assert not _is_inside(allowed, rule, zone)


@settings(max_examples=400, deadline=None)
@given(times, times, days, zones, moments)
def test_only_inside_an_open_window(starts: time, ends: time, on: frozenset[int], zone: ZoneInfo, at: datetime) -> None:
    rule = _rule(starts, ends, on, is_open=True)
    allowed = first_allowed((rule,), zone, at=at) or at
    if allowed < at + HORIZON:
        assert _is_inside(allowed, rule, zone)


@settings(max_examples=300, deadline=None)
@given(times, times, zones, moments)
def test_released_within_a_day_and_an_hour(starts: time, ends: time, zone: ZoneInfo, at: datetime) -> None:
    if starts == ends:
        return
    allowed = first_allowed((_rule(starts, ends),), zone, at=at) or at
    assert at <= allowed <= at + timedelta(hours=26)


@settings(max_examples=300, deadline=None)
@given(times, times, times, times, zones, moments)
def test_two_rules_both_hold(a: time, b: time, c: time, d: time, zone: ZoneInfo, at: datetime) -> None:
    rules = (_rule(a, b), _rule(c, d))
    allowed = first_allowed(rules, zone, at=at) or at
    if allowed < at + HORIZON:
        assert not any(_is_inside(allowed, rule, zone) for rule in rules)
