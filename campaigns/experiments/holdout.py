"""What did the mail change? Those who got it against those who were held out, with an interval.

For one look, after the window in which conversions count is over: unlike the choice of a winner this interval makes no
promise for many looks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from campaigns.experiments.arms import Arm


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplift:
    """By how much something is larger among those who got mail, at least and at most, and that times the people."""

    difference: float  # a person
    low: float
    high: float
    extra: float  # conversions, or revenue, that would not have come without the mail

    @property
    def is_sure(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def uplift_of_rate(mailed: Arm, held_out: Arm, *, confidence: float = 0.95) -> Uplift:
    """Of conversions. Interval: Newcombe, "Interval estimation for the difference between independent proportions",
    Statistics in Medicine 17 (1998), method 10 (a hybrid of Wilson's)."""
    difference = mailed.rate - held_out.rate
    low_m, high_m = wilson_interval(mailed, confidence)
    low_h, high_h = wilson_interval(held_out, confidence)
    return Uplift(
        difference=difference, extra=difference * mailed.people,
        low=difference - math.hypot(mailed.rate - low_m, high_h - held_out.rate),
        high=difference + math.hypot(high_m - mailed.rate, held_out.rate - low_h),
    )  # fmt: skip


def uplift_of_revenue(mailed: Arm, held_out: Arm, *, confidence: float = 0.95) -> Uplift:
    """Of revenue a person, by the normal approximation with each group's own variance (Welch 1938)."""
    difference = mailed.mean - held_out.mean
    if min(mailed.people, held_out.people) < 2:
        return Uplift(difference=difference, low=-math.inf, high=math.inf, extra=difference * mailed.people)
    error = math.sqrt(mailed.variance / mailed.people + held_out.variance / held_out.people)
    width = _z(confidence) * error
    return Uplift(
        difference=difference, low=difference - width, high=difference + width, extra=difference * mailed.people
    )


def wilson_interval(arm: Arm, confidence: float) -> tuple[float, float]:
    """Wilson's score interval of a rate (1927); everything is possible where nobody was asked."""
    if not arm.people:
        return 0.0, 1.0
    z, n = _z(confidence), arm.people
    middle = (arm.rate + z**2 / (2 * n)) / (1 + z**2 / n)
    width = z / (1 + z**2 / n) * math.sqrt(arm.rate * (1 - arm.rate) / n + z**2 / (4 * n**2))
    return max(0.0, middle - width), min(1.0, middle + width)


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)
