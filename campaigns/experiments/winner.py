"""Is there a winner, is there no difference worth having, or is it too early? One answer, to be asked at any time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from campaigns.experiments import means, rates
from campaigns.experiments.arms import Arm

ALPHA = 0.05
#: Variants that are so close to each other, relative to the better one, may count as equal.
TOLERANCE = 0.1


class Goal(StrEnum):
    """By what the variants are compared."""

    RATE = "rate"  # clicks or conversions
    REVENUE = "revenue"  # a person


class Answer(StrEnum):
    """What can be said."""

    WINNER = "winner"
    NO_DIFFERENCE = "no_difference"  # whichever is taken, little is lost
    TOO_EARLY = "too_early"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer, the variant that is ahead, and how sure it is: an always-valid p-value against the runner-up."""

    answer: Answer
    leader: str
    p_value: float
    reason: str


def decide(
    arms: Sequence[Arm], *, goal: Goal, alpha: float = ALPHA, tolerance: float = TOLERANCE, is_over: bool = False
) -> Verdict:
    """Compare two variants or more. `is_over`: nothing more will come, so what is open now stays open.

    Under equal variants the chance that any look ever names a winner is `alpha` at most. Each variant that could win
    has to beat one that is its pair, and half as many pairs as variants cover them all: hence the correction.
    """
    ranked = sorted(arms, key=lambda arm: arm.rate if goal is Goal.RATE else arm.mean, reverse=True)
    if len(ranked) < 2:
        raise ValueError("a comparison needs two variants")
    leader, others = ranked[0], ranked[1:]
    weakest = min(_evidence(leader, other, goal) for other in others)
    pairs = math.ceil(len(ranked) / 2)
    p_value = min(1.0, pairs * math.exp(-weakest))
    if p_value <= alpha:
        return Verdict(answer=Answer.WINNER, leader=leader.key, p_value=p_value, reason="beats_all_others")
    if all(_is_close(leader, other, goal, alpha=alpha / pairs, tolerance=tolerance) for other in others):
        return Verdict(answer=Answer.NO_DIFFERENCE, leader=leader.key, p_value=p_value, reason="within_tolerance")
    if is_over:
        return Verdict(answer=Answer.NO_DIFFERENCE, leader=leader.key, p_value=p_value, reason="over_without_winner")
    return Verdict(answer=Answer.TOO_EARLY, leader=leader.key, p_value=p_value, reason="not_enough_yet")


def _evidence(leader: Arm, other: Arm, goal: Goal) -> float:
    return rates.log_evidence(leader, other) if goal is Goal.RATE else means.log_evidence(leader, other)


def _is_close(leader: Arm, other: Arm, goal: Goal, *, alpha: float, tolerance: float) -> bool:
    """Whether even the best case for the leader, and for the other, is within the tolerance."""
    if goal is Goal.RATE:
        low, high = 1 - tolerance, 1 / (1 - tolerance)
        return rates.is_ratio_within(leader, other, low=low, high=high, alpha=alpha)
    worst, best = means.difference_interval(leader, other, alpha=alpha)
    return max(-worst, best) <= tolerance * leader.mean
