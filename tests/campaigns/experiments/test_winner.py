"""Does the choice of a winner keep its promise although somebody looks after every click? Played many times."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

import pytest

from campaigns.experiments import means, rates
from campaigns.experiments.arms import Arm
from campaigns.experiments.winner import ALPHA, Answer, Goal, Verdict, decide

pytestmark = [pytest.mark.req("C3"), pytest.mark.req("K6")]


def looks_at_rates(luck: random.Random, *chances: float, people: int) -> Iterator[list[Arm]]:
    """The variants after every act of anybody."""
    acted = [0] * len(chances)
    for number in range(1, people + 1):
        has_news = False
        for place, chance in enumerate(chances):
            if luck.random() < chance:
                acted[place] += 1
                has_news = True
        if has_news:
            yield [Arm(key="abcd"[place], people=number, acted=count) for place, count in enumerate(acted)]


def looks_at_revenue(luck: random.Random, *chances: float, people: int, factor: float = 1.0) -> Iterator[list[Arm]]:
    """The variants after every purchase; amounts are skewed, as orders are. `factor` makes A's larger."""
    acted, total, squares = ([0] * len(chances), [0.0] * len(chances), [0.0] * len(chances))
    for number in range(1, people + 1):
        has_news = False
        for place, chance in enumerate(chances):
            if luck.random() < chance:
                spent = luck.lognormvariate(3.5, 0.8) * (1.0 if place else factor)
                acted[place], total[place] = acted[place] + 1, total[place] + spent
                squares[place] += spent**2
                has_news = True
        if has_news:
            yield [
                Arm(key="abcd"[place], people=number, acted=acted[place], total=total[place], squares=squares[place])
                for place in range(len(chances))
            ]


def first_winner(looks: Iterator[list[Arm]], goal: Goal) -> str:
    """Who is called the winner first, "" where nobody ever is."""
    for arms in looks:
        verdict = decide(arms, goal=goal)
        if verdict.answer is Answer.WINNER:
            return verdict.leader
    return ""


def play(times: int, goal: Goal, *chances: float, people: int, factor: float = 1.0) -> list[str]:
    def looks(seed: int) -> Iterator[list[Arm]]:
        luck = random.Random(seed)
        if goal is Goal.RATE:
            return looks_at_rates(luck, *chances, people=people)
        return looks_at_revenue(luck, *chances, people=people, factor=factor)

    return [first_winner(looks(seed), goal) for seed in range(times)]


@pytest.mark.parametrize(("times", "chances"), [(300, (0.03, 0.03)), (300, (0.3, 0.3)), (80, (0.05,) * 4)])
def test_among_equals_a_winner_is_called_no_more_often_than_promised(times: int, chances: tuple[float, ...]) -> None:
    winners = play(times, Goal.RATE, *chances, people=int(60 / chances[0]))
    assert sum(map(bool, winners)) <= ALPHA * len(winners)


def test_a_plain_test_looked_at_as_often_would_be_wrong_far_more_often() -> None:
    """That the players would find it: the same looks with the usual z-test."""

    def is_called(arms: list[Arm]) -> bool:
        a, b = arms
        pooled = (a.acted + b.acted) / (a.people + b.people)
        error = math.sqrt(2 * pooled * (1 - pooled) / a.people)
        return error > 0 and abs(a.rate - b.rate) / error > 1.96

    wrong = sum(
        any(map(is_called, looks_at_rates(random.Random(seed), 0.03, 0.03, people=2000))) for seed in range(200)
    )
    assert wrong > 4 * ALPHA * 200


def test_the_better_one_is_found() -> None:
    winners = play(100, Goal.RATE, 0.06, 0.04, people=6000)
    assert winners.count("a") >= 80
    assert winners.count("b") == 0


def test_the_best_of_three_is_found() -> None:
    winners = play(60, Goal.RATE, 0.04, 0.04, 0.07, people=5000)
    assert winners.count("c") >= 48
    assert winners.count("a") + winners.count("b") == 0


def test_two_that_are_both_best_have_no_winner_among_them() -> None:
    winners = play(150, Goal.RATE, 0.06, 0.06, 0.03, people=1500)
    assert sum(map(bool, winners)) <= ALPHA * len(winners)


def test_among_equal_revenues_a_winner_is_called_no_more_often_than_promised() -> None:
    winners = play(120, Goal.REVENUE, 0.05, 0.05, people=5000)
    assert sum(map(bool, winners)) <= ALPHA * len(winners)


def test_the_one_that_earns_more_is_found() -> None:
    winners = play(60, Goal.REVENUE, 0.06, 0.04, people=8000, factor=1.2)
    assert winners.count("a") >= 48
    assert winners.count("b") == 0


def test_the_interval_holds_the_truth_at_every_look() -> None:
    missed = 0
    for seed in range(150):
        looks = list(looks_at_rates(random.Random(seed), 0.06, 0.04, people=1500))[::10]
        bounds = [rates.ratio_interval(*arms, alpha=ALPHA) for arms in looks]
        missed += any(not low <= 1.5 <= high for low, high in bounds)
    assert missed <= ALPHA * 150


def verdict_of(*totals: tuple[int, int], is_over: bool = False) -> Verdict:
    arms = [Arm(key="abcd"[place], people=people, acted=acted) for place, (people, acted) in enumerate(totals)]
    return decide(arms, goal=Goal.RATE, is_over=is_over)


def test_equal_enough_is_an_answer() -> None:
    verdict = verdict_of((100_000, 8_000), (100_000, 8_010))
    assert (verdict.answer, verdict.reason) == (Answer.NO_DIFFERENCE, "within_tolerance")


def test_a_difference_that_is_sure_but_small_has_a_winner() -> None:
    assert verdict_of((2_000_000, 210_000), (2_000_000, 200_000)).answer is Answer.WINNER


@pytest.mark.parametrize(("is_over", "answer"), [(False, Answer.TOO_EARLY), (True, Answer.NO_DIFFERENCE)])
def test_too_little_is_no_winner(is_over: bool, answer: Answer) -> None:
    assert verdict_of((500, 20), (500, 15), is_over=is_over).answer is answer


@pytest.mark.parametrize("totals", [((0, 0), (0, 0)), ((10, 0), (10, 0)), ((10, 10), (0, 0)), ((5, 5), (5, 5))])
def test_nearly_nothing_is_too_early(totals: tuple[tuple[int, int], ...]) -> None:
    verdict = verdict_of(*totals)
    assert verdict.answer is Answer.TOO_EARLY
    assert 0 < verdict.p_value <= 1


def test_the_sizes_may_differ() -> None:
    assert verdict_of((90_000, 5_400), (10_000, 400)).leader == "a"
    assert verdict_of((90_000, 5_400), (10_000, 600)).answer is not Answer.WINNER


def test_few_purchases_are_no_evidence() -> None:
    few = [
        Arm(key=key, people=1000, acted=40, total=total, squares=total**2) for key, total in (("a", 9e5), ("b", 1.0))
    ]
    assert means.log_evidence(*few) == 0.0
    assert decide(few, goal=Goal.REVENUE).answer is Answer.TOO_EARLY


def test_one_variant_is_no_comparison() -> None:
    with pytest.raises(ValueError, match="two variants"):
        decide([Arm(key="a", people=5)], goal=Goal.RATE)
