"""What does a test say, in words that promise no more than the numbers do?"""

from __future__ import annotations

from collections.abc import Sequence

from campaigns.experiments.arms import Arm
from campaigns.experiments.winner import ALPHA, Answer, Verdict
from campaigns.models import Campaign
from campaigns.variants.arms import ArmFigures
from tracking.worth import spell_amount

Metric = Campaign.Metric
_MORE = {Metric.CLICKS: "more clicks", Metric.CONVERSIONS: "more conversions", Metric.REVENUE: "more revenue a person"}
_NOBODY = {
    Metric.CLICKS: "Nobody clicked in any variant", Metric.CONVERSIONS: "Nobody converted in any variant",
    Metric.REVENUE: "Nobody bought in any variant",
}  # fmt: skip


def say_verdict(campaign: Campaign, arms: Sequence[ArmFigures], verdict: Verdict) -> str:
    """One or two sentences."""
    metric = Metric(campaign.test_metric)
    if not any(one.by(metric).acted for one in arms):
        yet = "" if verdict.answer is Answer.NO_DIFFERENCE else " yet"
        return f"{_NOBODY[metric]}{yet}: no difference can be told."
    ranked = sorted(arms, key=lambda one: _value(one, metric), reverse=True)
    ranked.sort(key=lambda one: one.key != verdict.leader)  # stays first among equals
    first, second = (spell_value(one, metric) for one in ranked[:2])
    against = f"{first} against {second}" + ("" if len(ranked) == 2 else f" of {ranked[1].key.upper()}, the next best")
    if verdict.answer is Answer.WINNER:
        return (
            f"{verdict.leader.upper()} gets {_MORE[metric]}, {against}. If the variants were equal, the chance of ever"
            f" saying so would be below {100 * ALPHA:.0f} %."
        )
    values = ", ".join(f"{one.key.upper()} {spell_value(one, metric)}" for one in arms)
    if verdict.answer is Answer.TOO_EARLY:
        return f"Too early to tell: {values}."
    if verdict.reason == "within_tolerance":
        return f"No difference worth having: {values}. Whichever is taken, less than a tenth of it is lost."
    return f"No difference can be told: {values}. Such a difference may well be luck."


def spell_value(arm: ArmFigures, metric: str) -> str:
    """A rate in per cent, or an amount a person."""
    return spell_number(_value(arm, metric), metric, arm.currency)


def spell_number(value: float, metric: str, currency: str) -> str:
    """The same, of a bare number."""
    if metric == Metric.REVENUE:
        return spell_amount(round(value), currency) or f"{value:.2f}"
    return f"{100 * value:.2f} %" if 0 < value < 0.01 else f"{100 * value:.1f} %"


def _value(arm: ArmFigures, metric: str) -> float:
    compared: Arm = arm.by(metric)
    return compared.mean if metric == Metric.REVENUE else compared.rate
