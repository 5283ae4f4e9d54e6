"""How strongly do two variants' revenues speak against being equal? The same promise, by the law of large numbers.

The mixture sequential probability ratio test: Johari, Koomen, Pekelis and Walsh, "Always valid inference: continuous
monitoring of A/B tests", Operations Research 70 (2022), with variances estimated as in Waudby-Smith, Arbour, Sinha,
Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences", Ann. Stat. 52 (2024).
Revenue is skewed, so the promise begins to hold only after enough purchases: before `LEAST_PURCHASES` in each variant
there is no evidence at all.
"""

from __future__ import annotations

import math

from campaigns.experiments.arms import Arm
from campaigns.experiments.rates import SHARPNESS

LEAST_PURCHASES = 50
#: The mixture is sharpest after about so many people in both variants together.
PLANNED_PEOPLE = 20_000


def log_evidence(a: Arm, b: Arm, *, planned: int = PLANNED_PEOPLE) -> float:
    """The natural logarithm of the e-value against "the same revenue a person"; above log(1/alpha) they differ."""
    error = _error(a, b)
    if error <= 0:
        return 0.0
    weight = _weight(a, b, planned)
    z = (a.mean - b.mean) / error
    return z**2 * weight / (2 * (1 + weight)) - math.log1p(weight) / 2


def difference_interval(a: Arm, b: Arm, *, alpha: float, planned: int = PLANNED_PEOPLE) -> tuple[float, float]:
    """Between which bounds A's revenue a person less B's lies, with confidence 1 - alpha at all looks together."""
    error, weight = _error(a, b), _weight(a, b, planned)
    if error <= 0:
        return -math.inf, math.inf
    width = error * math.sqrt((1 + weight) / weight * (math.log1p(weight) - 2 * math.log(alpha)))
    return a.mean - b.mean - width, a.mean - b.mean + width


def _error(a: Arm, b: Arm) -> float:
    """The standard error of the difference; 0 before there is enough to estimate it from."""
    if min(a.acted, b.acted) < LEAST_PURCHASES:
        return 0.0
    return math.sqrt(a.variance / a.people + b.variance / b.people)


def _weight(a: Arm, b: Arm, planned: int) -> float:
    return SHARPNESS * (a.people + b.people) / planned
