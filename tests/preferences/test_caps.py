"""When has somebody had enough mail, and when is there room again?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from preferences.caps import Cap, Use, full_until

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
BERLIN = ZoneInfo("Europe/Berlin")
NEWS = frozenset({"marketing", "notification"})


def _use(at: datetime = NOW, *, stream: str = "marketing", topic: str = "offers", of: UUID | None = None) -> Use:
    return Use(message_id=of or uuid4(), contact_id=1, stream=stream, topic_key=topic, at=at)


def test_there_is_room_below_the_most() -> None:
    assert (
        full_until([Cap(streams=NEWS, most=2, period="week")], [_use(NOW - timedelta(days=1))], _use(), BERLIN) is None
    )


def test_a_rolling_cap_has_room_when_the_oldest_is_a_period_old() -> None:
    uses = [_use(NOW - timedelta(days=6)), _use(NOW - timedelta(days=2))]
    assert full_until([Cap(streams=NEWS, most=2, period="week")], uses, _use(), BERLIN) == NOW + timedelta(days=1)


def test_what_is_older_than_the_period_does_not_count() -> None:
    uses = [_use(NOW - timedelta(days=7)), _use(NOW - timedelta(days=8))]
    assert full_until([Cap(streams=NEWS, most=1, period="week")], uses, _use(), BERLIN) is None


def test_a_calendar_day_begins_at_midnight_where_the_person_lives() -> None:
    cap = Cap(streams=NEWS, most=1, period="day", is_calendar=True)
    late = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)  # 23:30 on Tuesday in Berlin
    assert full_until([cap], [_use(late)], _use(), BERLIN) is None
    assert full_until([cap], [_use(late + timedelta(hours=1))], _use(), BERLIN) == datetime(
        2026, 11, 25, 23, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("period", "end"),
    [("week", datetime(2026, 11, 29, 23, tzinfo=UTC)), ("month", datetime(2026, 11, 30, 23, tzinfo=UTC))],
)
def test_calendar_weeks_and_months(period: str, end: datetime) -> None:
    cap = Cap(streams=NEWS, most=1, period=period, is_calendar=True)
    assert full_until([cap], [_use(NOW - timedelta(days=1))], _use(), BERLIN) == end


def test_the_longest_wait_counts() -> None:
    caps = [Cap(streams=NEWS, most=1, period="day"), Cap(streams=NEWS, most=1, period="month")]
    assert full_until(caps, [_use(NOW - timedelta(hours=1))], _use(), BERLIN) == NOW + timedelta(days=30, hours=-1)


def test_a_cap_counts_its_topic_and_streams_only() -> None:
    uses = [_use(NOW - timedelta(hours=1), topic="other"), _use(NOW - timedelta(hours=1), stream="notification")]
    cap = Cap(streams=frozenset({"marketing"}), most=1, period="week", topic_key="offers")
    assert full_until([cap], uses, _use(), BERLIN) is None
    assert full_until([cap], uses, _use(topic="elsewhere"), BERLIN) is None


def test_none_at_all_is_a_cap_too() -> None:
    assert full_until([Cap(streams=NEWS, most=0, period="week")], [], _use(), BERLIN) == NOW + timedelta(days=7)
