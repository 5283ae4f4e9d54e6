"""When is who due? By each person's own clock, across changes of clocks, and again and again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.planning.recurrence import BadCron, next_window, read_cron, say_cron, windows_until
from campaigns.sending.canary import Trial, Verdict, judge_trial
from campaigns.sending.slots import LocalTime, local_moment, slot_of
from campaigns.sending.throttling import allow, spend
from preferences.quiet_hours import Rule

pytestmark = pytest.mark.req("C3")

OSLO, NEW_YORK, TOKYO = ZoneInfo("Europe/Oslo"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")
NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)


def test_a_time_that_comes_twice_counts_the_first_time() -> None:
    assert local_moment(date(2026, 10, 25), time(2, 30), OSLO) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_time_that_never_comes_is_as_much_later() -> None:
    due = local_moment(date(2026, 3, 29), time(2, 30), OSLO)
    assert due.astimezone(OSLO).time() == time(3, 30)


def slots(local: LocalTime, *, at: datetime = NOON) -> list[datetime]:
    return [slot_of(zone, began_at=at, local=local, quiet=[]) for zone in (TOKYO, OSLO, NEW_YORK)]


def test_each_zone_is_due_at_nine_and_passed_ones_the_next_day() -> None:
    due = slots(LocalTime(day=date(2026, 3, 28), clock_time=time(9), is_next_day=True))
    zones = (TOKYO, OSLO, NEW_YORK)
    assert [one.astimezone(zone).strftime("%d %H:%M") for one, zone in zip(due, zones, strict=True)] == [
        "29 09:00", "29 09:00", "28 09:00",
    ]  # fmt: skip


def test_passed_zones_can_be_due_at_once() -> None:
    due = slots(LocalTime(day=date(2026, 3, 28), clock_time=time(9), is_next_day=False))
    assert due == [NOON, NOON, datetime(2026, 3, 28, 13, tzinfo=UTC)]


def test_the_companys_quiet_hours_are_waited_for() -> None:
    quiet = Rule(
        is_open=False, streams=frozenset({"marketing"}), days=frozenset(range(7)), starts=time(20), ends=time(8)
    )
    due = slot_of(TOKYO, began_at=NOON, local=None, quiet=[quiet])
    assert due.astimezone(TOKYO).strftime("%d %H:%M") == "29 08:00"


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 9 * * 1", "every Monday at 09:00"),
        ("30 8 * * *", "every day at 08:30"),
        ("0 9 * * 1,3,5", "every Monday, Wednesday and Friday at 09:00"),
        ("0 7 * * 1-5", "every weekday at 07:00"),
        ("0 9 1 * *", "on day 1 of every month at 09:00"),
        ("0 9 L * *", "on the last day of every month at 09:00"),
        ("0 9 1 1 *", "at the times of “0 9 1 1 *”"),
    ],
)
def test_a_repetition_is_said_in_words(cron: str, words: str) -> None:
    assert say_cron(read_cron(cron)) == words


@pytest.mark.parametrize("bad", ["", "0 9 * *", "61 9 * * 1", "* * * * *", "*/5 9 * * 1", "0 9 31 2 *", "x 9 * * 1"])
def test_what_says_no_time_or_comes_too_often_is_refused(bad: str) -> None:
    with pytest.raises(BadCron):
        read_cron(bad)


def test_windows_stay_at_nine_when_clocks_change() -> None:
    window, times = datetime(2026, 3, 27, 8, tzinfo=UTC), []
    for _ in range(4):
        times.append(window.astimezone(OSLO).strftime("%d %H:%M"))
        window = next_window("0 9 * * *", after=window, zone=OSLO)
    assert times == ["27 09:00", "28 09:00", "29 09:00", "30 09:00"]


def test_a_window_in_the_hour_that_comes_twice_comes_once() -> None:
    first = next_window("30 2 * * *", after=datetime(2026, 10, 24, 12, tzinfo=UTC), zone=OSLO)
    second = next_window("30 2 * * *", after=first, zone=OSLO)
    assert second - first == timedelta(hours=25)


def test_very_many_missed_windows_are_not_kept() -> None:
    come = windows_until("0 9 * * *", first=NOON, until=NOON + timedelta(days=300), zone=OSLO)
    assert len(come) <= 51
    assert come[-1] == max(come)


def test_a_throttle_counts_the_time_and_saves_up_a_minute_only() -> None:
    assert allow(3600, None, at=NOON).number == 60
    assert allow(3600, NOON - timedelta(hours=5), at=NOON).number == 60
    assert allow(3600, NOON - timedelta(seconds=2), at=NOON).number == 2
    assert [allow(rate, None, at=NOON).number for rate in (1, 7, 60)] == [1, 1, 1]


def test_what_was_spent_is_waited_for() -> None:
    allowed = allow(60, None, at=NOON)
    credit = spend(allowed, 60, allowed.number)
    assert allow(60, credit, at=NOON).number == 0
    assert allow(60, credit, at=NOON + timedelta(minutes=1)).number == 1


@pytest.mark.parametrize(
    ("trial", "verdict"),
    [
        (Trial(sent=100, bounced=0, complained=0, failed=0, is_settled=True, is_time_over=True), Verdict.GO_ON),
        (Trial(sent=100, bounced=0, complained=0, failed=0, is_settled=True, is_time_over=False), Verdict.WAIT),
        (Trial(sent=90, bounced=0, complained=0, failed=0, is_settled=False, is_time_over=True), Verdict.WAIT),
        (Trial(sent=100, bounced=6, complained=0, failed=0, is_settled=False, is_time_over=False), Verdict.STOP),
        (Trial(sent=90, bounced=0, complained=0, failed=10, is_settled=True, is_time_over=False), Verdict.STOP),
        (Trial(sent=500, bounced=0, complained=2, failed=0, is_settled=True, is_time_over=False), Verdict.STOP),
        (Trial(sent=5, bounced=1, complained=1, failed=0, is_settled=True, is_time_over=True), Verdict.GO_ON),
    ],
)
def test_a_trial_is_judged(trial: Trial, verdict: Verdict) -> None:
    assert judge_trial(trial)[0] == verdict
