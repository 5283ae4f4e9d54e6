"""Does the advice about sizes promise what the decision keeps?"""

from __future__ import annotations

import random

import pytest

from campaigns.experiments.arms import Arm
from campaigns.experiments.sizes import people_needed, smallest_difference
from campaigns.experiments.winner import Answer, Goal, decide

pytestmark = pytest.mark.req("C3")


def share_found(*chances: float, people: int, times: int = 200) -> float:
    """How often the last one is named after all have been looked at once."""
    found = 0
    for seed in range(times):
        luck = random.Random(seed)
        arms = [
            Arm(key=key, people=people, acted=sum(luck.random() < chance for _ in range(people)))
            for key, chance in zip("abcde", chances, strict=False)
        ]
        verdict = decide(arms, goal=Goal.RATE, is_over=True)
        found += verdict.answer is Answer.WINNER and verdict.leader == "abcde"[len(chances) - 1]
    return found / times


@pytest.mark.parametrize(("people", "rate", "variants"), [(2000, 0.05, 2), (1000, 0.1, 2), (1500, 0.06, 4)])
def test_what_it_says_will_be_seen_is_seen_in_four_tests_of_five(people: int, rate: float, variants: int) -> None:
    difference = smallest_difference(people, rate=rate, variants=variants)
    assert difference is not None
    others = [rate] * (variants - 1)
    assert 0.72 <= share_found(*others, rate + difference, people=people) <= 0.97


def test_so_many_are_needed_for_it() -> None:
    difference = smallest_difference(3000, rate=0.04)
    assert difference is not None
    needed = people_needed(difference, rate=0.04)
    assert needed is not None
    assert abs(needed - 3000) < 60


def test_more_people_see_smaller_differences() -> None:
    seen = [smallest_difference(people, rate=0.03) or 1 for people in (200, 1000, 5000, 50_000)]
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("people", [0, 1, 3])
def test_too_few_see_nothing(people: int) -> None:
    assert smallest_difference(people, rate=0.03) is None


@pytest.mark.parametrize(("difference", "rate"), [(0.0, 0.1), (-0.1, 0.1), (0.95, 0.1)])
def test_no_number_shows_what_cannot_be(difference: float, rate: float) -> None:
    assert people_needed(difference, rate=rate) is None
