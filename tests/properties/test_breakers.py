"""When does a breaker open, and for how long?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.delivery.breakers import FEWEST_CALLS, Tally, should_open, wait_after

pytestmark = pytest.mark.req("V2")

counts = st.integers(min_value=0, max_value=5000)


@given(calls=counts, failed=counts)
def test_it_opens_at_half_of_enough_calls(calls: int, failed: int) -> None:
    failed = min(failed, calls)
    wanted = "failures" if calls >= FEWEST_CALLS and failed * 2 >= calls else ""
    assert should_open(Tally(calls=calls, failed=failed, unconnected=0)) == wanted


@given(calls=st.integers(min_value=5, max_value=5000))
def test_five_calls_in_a_row_without_a_connection_need_no_statistics(calls: int) -> None:
    assert should_open(Tally(calls=calls, failed=5, unconnected=5)) == "no_connection"
    assert should_open(Tally(calls=19, failed=4, unconnected=4)) == ""


def test_it_waits_twice_as_long_each_time_up_to_ten_minutes() -> None:
    waits = [wait_after(openings) / timedelta(seconds=1) for openings in range(1, 9)]
    assert waits == [30, 60, 120, 240, 480, 600, 600, 600]
