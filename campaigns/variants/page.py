"""What does a page show of a test? Each variant's numbers, what can be said, and what may be done. Counts nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import NormalDist

from campaigns.experiments.arms import Arm
from campaigns.experiments.holdout import wilson_interval
from campaigns.experiments.winner import Answer
from campaigns.models import Campaign, CampaignRun
from campaigns.planning.contents import contents_of
from campaigns.sending.phases import Phase, phase_of
from campaigns.sending.states import S
from campaigns.variants.arms import ArmFigures
from campaigns.variants.deciding import judge
from campaigns.variants.plan import has_rest, is_test, variants_of
from campaigns.variants.words import say_verdict, spell_number, spell_value
from tracking.worth import spell_amount

CONFIDENCE = 0.95
_WIDTH = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One variant: its numbers, and its bar from 0 to 100: the value, and where the truth probably lies."""

    figures: ArmFigures
    name: str
    subject: str
    ref: str
    value: str
    low: str
    high: str
    at: float
    begin: float
    length: float
    revenue: str
    is_chosen: bool
    is_leader: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A test as a page shows it."""

    rows: tuple[Row, ...]
    metric: str
    sentence: str  # what can be said now
    tone: str
    decided: str  # what was said when the rest got its variant; "" before
    chosen: str  # its letter
    chosen_by: str
    waiting: int  # how many wait for the winner
    is_leaving: bool
    until: datetime | None
    is_asking: bool
    may_choose: bool
    has_rest: bool
    percent: int


def show_test(campaign: Campaign, arms: Sequence[ArmFigures]) -> Shown | None:
    """As of the figures that were counted last; None without a test."""
    run = CampaignRun.objects.filter(pk=campaign.pk).first()
    if not is_test(campaign) or run is None:
        return None
    known = {one.key: one for one in arms}
    arms = [known.get(one.key) or ArmFigures(key=one.key) for one in variants_of(campaign)]
    phase, chosen = phase_of(campaign, run), run.chosen_variant
    is_over = phase is Phase.REST or run.test_asked_at is not None
    verdict = judge(campaign, arms, is_over=is_over)
    is_waiting = phase is Phase.WAITING and campaign.state in {S.SENDING, S.PAUSED}
    return Shown(
        rows=_rows(campaign, arms, chosen, verdict.leader if verdict.answer is Answer.WINNER else ""),
        metric=campaign.get_test_metric_display(), sentence=say_verdict(campaign, arms, verdict),
        tone="good" if verdict.answer is Answer.WINNER else "plain", chosen=chosen.upper(),
        decided=run.test_verdict.get("sentence", "") if chosen else "", chosen_by=run.test_verdict.get("by", ""),
        waiting=run.to_get - run.fed if is_waiting else 0, until=run.test_until if is_waiting else None,
        is_leaving=phase is Phase.TEST or (is_waiting and run.test_until is None),
        is_asking=is_waiting and run.test_asked_at is not None, may_choose=is_waiting, has_rest=has_rest(campaign),
        percent=campaign.test_percent,
    )  # fmt: skip


def _rows(campaign: Campaign, arms: Sequence[ArmFigures], chosen: str, leader: str) -> tuple[Row, ...]:
    metric = campaign.test_metric
    spans = {one.key: _span(one, metric) for one in arms}
    longest = max((high for _value, _low, high in spans.values()), default=0.0) * 1.05 or 1.0
    said = _subjects(campaign)
    rows = []
    for one in arms:
        value, low, high = (max(0.0, part) for part in spans[one.key])
        subject, ref = said.get(one.key, ("", ""))
        rows.append(Row(
            figures=one, name=one.key.upper(), subject=subject, ref=ref, value=spell_value(one, metric),
            low=spell_number(low, metric, one.currency), high=spell_number(high, metric, one.currency),
            at=_WIDTH * value / longest, begin=_WIDTH * low / longest, length=_WIDTH * (high - low) / longest,
            revenue=spell_amount(round(one.spent), one.currency), is_chosen=one.key == chosen,
            is_leader=one.key == leader,
        ))  # fmt: skip
    return tuple(rows)


def _subjects(campaign: Campaign) -> Mapping[str, tuple[str, str]]:
    """What each variant is to everybody without a language of their own."""
    found = {}
    for one in variants_of(campaign):
        content = next((two for two in contents_of(campaign, one.key) if not two.locale), None)
        if content is not None:
            found[one.key] = (content.version.subject_source, content.version.ref)
    return found


def _span(figures: ArmFigures, metric: str) -> tuple[float, float, float]:
    """The value, and the interval of it alone."""
    arm = figures.by(metric)
    if metric != Campaign.Metric.REVENUE:
        return (arm.rate, *(wilson_interval(arm, CONFIDENCE) if arm.people else (0.0, 0.0)))
    error = _mean_error(arm)
    return arm.mean, arm.mean - error, arm.mean + error


def _mean_error(arm: Arm) -> float:
    if arm.people < 2:
        return 0.0
    return NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * math.sqrt(arm.variance / arm.people)
