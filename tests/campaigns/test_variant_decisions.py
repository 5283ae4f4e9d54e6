"""Does the whole decision keep its promise over known truths, as a campaign makes it and as people peek at it?

Played many times without a database: people of each variant act over the hours, somebody looks every hour, and at the
end of the time the campaign decides as `campaigns.variants.deciding` does.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from campaigns.experiments.assignment import assign
from campaigns.experiments.winner import ALPHA, Answer, Verdict
from campaigns.models import Campaign
from campaigns.variants.arms import ArmFigures
from campaigns.variants.deciding import chosen_by_itself, judge
from campaigns.variants.plan import shares_of

pytestmark = pytest.mark.req("C3")

HOURS = 24


@dataclass(frozen=True)
class Person:
    """When somebody clicks, if ever, and what they spend then."""

    variant: str
    hour: float
    spent: int


def play(campaign: Campaign, luck: random.Random, chances: Sequence[float], people: int) -> list[Person]:
    """Who takes part, by the campaign's own assignment, and what each does: quickly at first, as with mail."""
    acting, source = [], f"campaign:{luck.random()}"
    for contact in range(people):
        variant = assign(source, contact, shares=shares_of(campaign))
        if variant and luck.random() < chances["abcde".index(variant)]:
            acting.append(Person(variant, luck.expovariate(1 / 5), int(100 * luck.lognormvariate(3.5, 0.6))))
        elif variant:
            acting.append(Person(variant, HOURS * 9.0, 0))
    return acting


def look(campaign: Campaign, people: Sequence[Person], hour: float) -> list[ArmFigures]:
    """The numbers as they are at that hour."""
    found = []
    for key in "abcde"[: len(campaign.variants)]:
        own = [one for one in people if one.variant == key]
        acted = [one for one in own if one.hour <= hour]
        found.append(ArmFigures(
            key=key, got=len(own), clicked=len(acted), converted=len(acted), buyers=len(acted), currency="EUR",
            spent=float(sum(one.spent for one in acted)), squares=float(sum(one.spent**2 for one in acted)),
        ))  # fmt: skip
    return found


def hourly(campaign: Campaign, people: Sequence[Person]) -> list[Verdict]:
    """What is said at each look, and in the end."""
    verdicts = [judge(campaign, look(campaign, people, hour), is_over=False) for hour in range(1, HOURS)]
    return [*verdicts, judge(campaign, look(campaign, people, HOURS), is_over=True)]


def make(variants: int, *, metric: str = "clicks") -> Campaign:
    return Campaign(
        variants=[{"subjects": {"": str(number)}} for number in range(variants)], test_percent=60, test_metric=metric,
        test_hours=HOURS, test_ending=Campaign.Ending.WINNER_ONLY,
    )  # fmt: skip


def outcomes(campaign: Campaign, chances: Sequence[float], *, people: int, times: int) -> list[tuple[set[str], str]]:
    """(whoever was ever called the winner at any look, what the rest got by itself)."""
    told = []
    for seed in range(times):
        verdicts = hourly(campaign, play(campaign, random.Random(seed), chances, people))
        called = {one.leader for one in verdicts if one.answer is Answer.WINNER}
        told.append((called, chosen_by_itself(campaign, verdicts[-1])))
    return told


@pytest.mark.parametrize(
    ("variants", "metric", "chance"), [(2, "clicks", 0.13), (3, "conversions", 0.16), (2, "revenue", 0.25)]
)
def test_among_equals_hourly_peeking_calls_a_winner_no_more_often_than_promised(
    variants: int, metric: str, chance: float
) -> None:
    times = 120
    told = outcomes(make(variants, metric=metric), [chance] * variants, people=1200, times=times)
    assert sum(bool(called) for called, _chosen in told) <= ALPHA * times
    assert sum(bool(chosen) for _called, chosen in told) <= ALPHA * times


def test_the_better_one_wins_and_the_worse_one_never() -> None:
    told = outcomes(make(2), [0.06, 0.14], people=3000, times=40)
    assert [chosen for _called, chosen in told].count("b") >= 36
    assert not any("a" in called for called, _chosen in told)


def test_the_best_of_three_wins() -> None:
    told = outcomes(make(3), [0.08, 0.18, 0.08], people=4000, times=40)
    chosen = [one for _called, one in told]
    assert chosen.count("b") >= 34
    assert not {"a", "c"} & set(chosen)


def test_the_one_that_earns_more_wins() -> None:
    told = outcomes(make(2, metric="revenue"), [0.2, 0.1], people=4000, times=40)
    chosen = [one for _called, one in told]
    assert chosen.count("a") >= 34
    assert "b" not in chosen


def test_what_happens_without_a_winner_is_what_was_said() -> None:
    campaign = make(2)
    even = judge(campaign, [ArmFigures(key=key, got=100, clicked=5) for key in "ab"], is_over=True)
    expected = {"by_itself": "a", "winner_only": "", "ask": ""}
    for ending, chosen in expected.items():
        campaign.test_ending = ending
        assert chosen_by_itself(campaign, even) == chosen
