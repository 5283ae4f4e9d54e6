"""Are a stream's rates, times and outlook counted from what was really called?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from config import clock
from notifications import throughput
from notifications.delivery.models import Provider
from notifications.throughput import Minute, Pace
from tests.config.doctor.asking import make_account, make_call

pytestmark = [pytest.mark.django_db, pytest.mark.req("K5")]


@pytest.fixture
def post(db: None) -> Provider:
    return make_account("post", "marketing")


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture(autouse=True)
def _counted_anew() -> Iterator[None]:
    throughput.forget()
    yield
    throughput.forget()


def _pace(at: datetime) -> Pace:
    return throughput.read_paces(at=at)["marketing"]


def test_mails_are_counted_by_the_size_of_their_calls(post: Provider, at: datetime) -> None:
    make_call(post, at=at - timedelta(seconds=90), size=500)
    make_call(post, at=at - timedelta(seconds=100), size=20)
    minutes = _pace(at).minutes
    assert minutes[-2] == Minute(mails=520)
    assert sum(minute.mails for minute in minutes) == 520


def test_failed_calls_bring_errors_and_no_mails(post: Provider, at: datetime) -> None:
    make_call(post, at=at - timedelta(minutes=5), kind="transient", size=500)
    assert (_pace(at).mails, _pace(at).errors) == (0, 1)


def test_one_refused_recipient_leaves_the_others_counted(post: Provider, at: datetime) -> None:
    make_call(post, at=at - timedelta(minutes=5), kind="permanent_recipient", size=500)
    assert (_pace(at).mails, _pace(at).errors) == (499, 1)


def test_what_is_older_or_elsewhere_does_not_count(post: Provider, at: datetime) -> None:
    make_call(post, at=at - timedelta(minutes=16))
    make_call(post, at=at - timedelta(minutes=1), stream="critical")
    assert _pace(at).mails == 0


def test_half_of_the_calls_are_faster_than_the_median(post: Provider, at: datetime) -> None:
    for milliseconds in range(1, 101):
        make_call(post, at=at - timedelta(seconds=milliseconds), milliseconds=milliseconds)
    assert (_pace(at).median, _pace(at).p99) == (51, 100)


def test_without_calls_nothing_is_said_of_times(at: datetime) -> None:
    assert (_pace(at).median, _pace(at).p99) == (None, None)


def test_the_time_until_empty_follows_the_last_minutes(post: Provider, at: datetime) -> None:
    make_call(post, at=at - timedelta(seconds=30), size=300)
    assert _pace(at).time_for(1000) == timedelta(minutes=10)


def test_nothing_moving_has_no_end() -> None:
    assert Pace().time_for(1000) is None


def test_a_bounded_look_still_gives_the_right_rate(
    post: Provider, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throughput, "MOST_ATTEMPTS", 60)
    for second in range(90):
        make_call(post, at=at - timedelta(seconds=second))
    assert _pace(at).mails_a_minute == pytest.approx(60, rel=0.1)
