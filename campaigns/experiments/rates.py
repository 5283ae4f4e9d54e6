"""How strongly do two variants' clicks or conversions speak against being equal? An e-value, valid at every look.

Who acts next belongs to variant A with a probability that, if both are equally good, is A's share of the people. So
the acts are tosses of a coin of known bias, and a mixture over other biases against it is a martingale: by Ville's
inequality it ever exceeds 1/alpha with probability alpha at most, however often it is looked at. Method of mixtures:
Robbins, "Statistical methods related to the law of the iterated logarithm", Ann. Math. Stat. 41 (1970). For counts of
conversions: Lindon and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022. Each person acts
once, which makes the counts vary less than tosses do (Hoeffding 1963, theorem 4): that errs on the safe side.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from campaigns.experiments.arms import Arm

#: The mixture is sharpest after about so many acts in both variants together.
PLANNED_ACTS = 300
#: Planned acts for each pseudo-observation of the mixture: what is sharpest for alpha = 0.05 (Robbins 1970; in the
#: form of Waudby-Smith et al., Ann. Stat. 52 (2024), section 3.1).
SHARPNESS = 7.2


def log_evidence(a: Arm, b: Arm, *, planned: int = PLANNED_ACTS) -> float:
    """The natural logarithm of the e-value against "equally good"; above log(1/alpha) they differ."""
    share = _share(a, b)
    return _against(a, b, bias=share, prior=share, planned=planned) if 0 < share < 1 else 0.0


def ratio_interval(a: Arm, b: Arm, *, alpha: float, planned: int = PLANNED_ACTS) -> tuple[float, float]:
    """Between which bounds A's rate divided by B's lies, with confidence 1 - alpha at all looks together."""
    share = _share(a, b)
    if not 0 < share < 1 or not a.acted + b.acted:
        return 0.0, math.inf
    seen = a.acted / (a.acted + b.acted)

    def is_credible(bias: float) -> bool:
        return _against(a, b, bias=bias, prior=share, planned=planned) < -math.log(alpha)

    low = _edge(is_credible, inside=seen, outside=0.0) if a.acted else 0.0
    high = _edge(is_credible, inside=seen, outside=1.0) if b.acted else 1.0
    return _ratio(low, share), _ratio(high, share)


def is_ratio_within(a: Arm, b: Arm, *, low: float, high: float, alpha: float, planned: int = PLANNED_ACTS) -> bool:
    """Whether that interval lies between two bounds: cheaper than the interval itself."""
    share, acts = _share(a, b), a.acted + b.acted
    if not 0 < share < 1 or not acts:
        return False
    edges = [_bias(ratio, share) for ratio in (low, high)]
    if not edges[0] <= a.acted / acts <= edges[1]:
        return False
    return all(_against(a, b, bias=edge, prior=share, planned=planned) >= -math.log(alpha) for edge in edges)


def _share(a: Arm, b: Arm) -> float:
    return a.people / (a.people + b.people) if a.people + b.people else 0.0


def _against(a: Arm, b: Arm, *, bias: float, prior: float, planned: int) -> float:
    """log of the mixture's likelihood over that of one bias."""
    weight = max(planned / SHARPNESS, 1.0)
    first, second = weight * prior, weight * (1 - prior)
    mixture = _log_beta(first + a.acted, second + b.acted) - _log_beta(first, second)
    return mixture - _times(a.acted, bias) - _times(b.acted, 1 - bias)


def _edge(is_credible: Callable[[float], bool], *, inside: float, outside: float) -> float:
    """Where credible biases end between one that is and one that is not, by bisection."""
    for _ in range(60):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if is_credible(middle) else (inside, middle)
    return inside


def _bias(ratio: float, share: float) -> float:
    return ratio * share / (ratio * share + 1 - share)


def _ratio(bias: float, share: float) -> float:
    return math.inf if bias >= 1 else bias / (1 - bias) * (1 - share) / share


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _times(count: int, probability: float) -> float:
    if not count:
        return 0.0
    return count * math.log(probability) if probability > 0 else -math.inf
