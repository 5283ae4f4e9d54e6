"""What did the mail change, and how sure is that?"""

from __future__ import annotations

import math
import random

import pytest

from campaigns.experiments.arms import Arm
from campaigns.experiments.holdout import uplift_of_rate, uplift_of_revenue

pytestmark = pytest.mark.req("K6")


@pytest.mark.parametrize(
    ("mailed", "held_out", "low", "high"),
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((10, 10), (0, 10), 0.6075, 1.0),
     ((0, 10), (0, 10), -0.2775, 0.2775)],
)  # fmt: skip
def test_intervals_are_those_of_the_paper(
    mailed: tuple[int, int], held_out: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe 1998, table II, method 10."""
    arms = [Arm(key="", people=people, acted=acted) for acted, people in (mailed, held_out)]
    found = uplift_of_rate(*arms)
    assert found.low == pytest.approx(low, abs=6e-5)
    assert found.high == pytest.approx(high, abs=6e-5)


def test_what_would_not_have_come_without_the_mail() -> None:
    found = uplift_of_rate(Arm(key="", people=90_000, acted=2_700), Arm(key="", people=10_000, acted=200))
    assert found.difference == pytest.approx(0.01)
    assert found.extra == pytest.approx(900)
    assert found.is_sure


def test_nothing_changed_is_not_sure() -> None:
    assert not uplift_of_rate(Arm(key="", people=9_000, acted=185), Arm(key="", people=1_000, acted=20)).is_sure


def test_nobody_held_out_says_nothing() -> None:
    found = uplift_of_rate(Arm(key="", people=100, acted=50), Arm(key="", people=0))
    assert (found.low < 0, found.is_sure) == (True, False)
    bare = uplift_of_revenue(Arm(key="", people=100, acted=50, total=500, squares=5000), Arm(key="", people=0))
    assert (bare.low, bare.high) == (-math.inf, math.inf)


def _spend(luck: random.Random, *, people: int, chance: float) -> Arm:
    spent = [luck.lognormvariate(3, 0.7) for _ in range(people) if luck.random() < chance]
    return Arm(key="", people=people, acted=len(spent), total=sum(spent), squares=sum(one**2 for one in spent))


def test_the_interval_of_revenue_holds_the_truth_as_often_as_it_says() -> None:
    mean = math.exp(3 + 0.7**2 / 2)
    held = 0
    for seed in range(300):
        luck = random.Random(seed)
        found = uplift_of_revenue(_spend(luck, people=1500, chance=0.1), _spend(luck, people=500, chance=0.06))
        held += found.low <= 0.04 * mean <= found.high
    assert 0.91 <= held / 300 <= 0.99
