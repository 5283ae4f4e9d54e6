"""Does a warm-up grow only on days that earned it, whatever the figures?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from notifications.delivery.warmup import SPREAD, next_day
from notifications.delivery.warmup_policy import (
    MOST_BOUNCED,
    MOST_COMPLAINED,
    DayCount,
    ceiling_of,
    judge_day,
    order_by_engagement,
)

pytestmark = pytest.mark.req("V3")

counts = some.integers(0, 200_000)
START = datetime(2026, 1, 1, tzinfo=UTC)
times = some.integers(0, 365 * 86_400).map(lambda seconds: START + timedelta(seconds=seconds))
people = some.lists(
    some.builds(SimpleNamespace, last_opened_at=some.none() | times, last_clicked_at=some.none() | times), max_size=20
)


@given(counts, counts, counts)
def test_it_grows_exactly_where_mail_was_sent_and_did_little_harm(sent: int, bounced: int, complained: int) -> None:
    growth = judge_day(DayCount(sent=sent, bounced=bounced, complained=complained))
    does_harm = bounced > MOST_BOUNCED * sent or complained > MOST_COMPLAINED * sent
    assert growth.allowed == (sent > 0 and not does_harm)
    assert growth.is_held == does_harm


@given(counts, counts, counts)
def test_more_harm_never_makes_it_grow(sent: int, bounced: int, complained: int) -> None:
    if not judge_day(DayCount(sent=sent, bounced=bounced, complained=complained)).allowed:
        assert not judge_day(DayCount(sent=sent, bounced=bounced + 1, complained=complained + 1)).allowed


@given(some.lists(some.integers(1, 100_000), max_size=20), some.integers(0, 50))
def test_a_ceiling_is_always_one_of_the_steps(steps: list[int], step: int) -> None:
    assert ceiling_of(steps, step) in (steps or [0])


@given(times, some.uuids())
def test_waiting_mail_comes_back_early_on_the_next_day_at_the_same_time_each_time(
    at: datetime, message: object
) -> None:
    following = next_day(at, message)  # type: ignore[arg-type]
    midnight = datetime(at.year, at.month, at.day, tzinfo=UTC) + timedelta(days=1)
    assert midnight <= following < midnight + SPREAD
    assert next_day(at, message) == following  # type: ignore[arg-type]


@given(people)
def test_nobody_is_lost_and_whoever_was_never_seen_comes_last(given_people: list[SimpleNamespace]) -> None:
    ordered = order_by_engagement(given_people)
    assert sorted(map(id, ordered)) == sorted(map(id, given_people))
    is_seen = [bool(one.last_opened_at or one.last_clicked_at) for one in ordered]
    assert is_seen == sorted(is_seen, reverse=True)


@given(times)
def test_a_click_says_more_than_an_open(at: datetime) -> None:
    opened = SimpleNamespace(last_opened_at=at, last_clicked_at=None)
    clicked = SimpleNamespace(last_opened_at=None, last_clicked_at=at - timedelta(days=20))
    assert order_by_engagement([opened, clicked]) == [clicked, opened]
