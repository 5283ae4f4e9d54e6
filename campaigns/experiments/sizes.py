"""How many people does a test need, and what can it see? Pure; for the same decision that is made afterwards."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

from campaigns.experiments import rates
from campaigns.experiments.arms import Arm
from campaigns.experiments.winner import ALPHA

#: So often a test that is large enough finds the better one.
POWER = 0.8
MOST_PEOPLE = 100_000_000


def smallest_difference(people: int, *, rate: float, variants: int = 2) -> float | None:
    """By how much a variant's rate must lie above `rate`, that of the others, to be named in four tests of five.

    None where so few people in each variant can show nothing at all.
    """
    if not 0 <= rate < 1 or not _is_seen(people, rate, 1 - rate, variants):
        return None
    return _lowest(lambda difference: _is_seen(people, rate, difference, variants), least=0.0, most=1 - rate)


def people_needed(difference: float, *, rate: float, variants: int = 2) -> int | None:
    """In each variant, to see such a difference in four tests of five; None where no number would do."""
    if not 0 < difference <= 1 - rate or not _is_seen(MOST_PEOPLE, rate, difference, variants):
        return None
    return math.ceil(
        _lowest(lambda people: _is_seen(int(people), rate, difference, variants), least=2, most=MOST_PEOPLE)
    )


def _is_seen(people: int, rate: float, difference: float, variants: int) -> bool:
    """Whether the evidence suffices even where luck is as bad as in one test of five."""
    acts = people * (2 * rate + difference)
    if not acts:
        return False
    share = people * (rate + difference) / acts
    # each of the others has to be beaten: bad luck against any of them counts
    luck = NormalDist().inv_cdf(1 - (1 - POWER) / max(variants - 1, 1))
    better = int(acts * share - luck * math.sqrt(acts * share * (1 - share)))
    other = math.ceil(acts) - better
    if better <= other:
        return False
    pair = [Arm(key=key, people=people, acted=acted) for key, acted in (("a", better), ("b", other))]
    return rates.log_evidence(*pair) >= math.log(math.ceil(variants / 2) / ALPHA)


def _lowest(holds: Callable[[float], bool], *, least: float, most: float) -> float:
    """The lowest number for which something holds that holds for all above it, by bisection."""
    for _ in range(60):
        middle = (least + most) / 2
        least, most = (least, middle) if holds(middle) else (middle, most)
    return most
