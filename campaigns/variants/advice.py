"""Is a test large enough, and what would it see? In plain words, by what is usual for this company's campaigns."""

from __future__ import annotations

import math
from dataclasses import dataclass

from campaigns.experiments.means import LEAST_PURCHASES
from campaigns.experiments.sizes import people_needed, smallest_difference
from campaigns.models import Campaign
from campaigns.reports.figures import read_medians
from campaigns.reports.subjects import source_subject
from campaigns.variants.plan import has_rest, variants_of

Metric = Campaign.Metric
#: Where no campaign of one's own tells: of the people who got it.
_ASSUMED = {"clicked": 0.025, "conversions": 0.005}
_ACTS = {Metric.CLICKS: "click", Metric.CONVERSIONS: "convert", Metric.REVENUE: "buy"}
#: A variant that is so much better is one that a test should find.
WORTHWHILE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """The share of people who usually click or convert, and whether own campaigns say so."""

    rate: float
    is_own: bool


def usual_rate(campaign: Campaign) -> Usual:
    """What the test's metric is expected to be about."""
    name = "clicked" if campaign.test_metric == Metric.CLICKS else "conversions"
    medians, _number = read_medians(source_subject(campaign.source))
    rate = medians[name]
    return Usual(rate=rate, is_own=True) if rate and rate < 1 else Usual(rate=_ASSUMED[name], is_own=False)


def people_each(campaign: Campaign, gets: int) -> int:
    """How many get each variant in the test, about."""
    return gets * campaign.test_percent // 100 // len(variants_of(campaign))


def say_advice(campaign: Campaign, gets: int, usual: Usual) -> str:
    """What so many people show, for the builder."""
    each, variants = people_each(campaign, gets), len(variants_of(campaign))
    act = _ACTS[Metric(campaign.test_metric)]
    told = f"About {each:,} get each variant"
    known = f"If {_percent(usual.rate)} {act}, as is usual" if usual.is_own else f"If {_percent(usual.rate)} {act}"
    if campaign.test_metric == Metric.REVENUE:
        purchases = f"that is about {each * usual.rate:,.0f} purchases in each"
        return f"{told}. {known}, {purchases}; before {LEAST_PURCHASES} nothing is said."
    difference = smallest_difference(each, rate=usual.rate, variants=variants)
    if difference is None:
        return f"{told}: too few to tell anything."
    return f"{told}. {known}, a difference of {_points(difference)} or more will show in four tests of five."


def find_shortage(campaign: Campaign, gets: int, usual: Usual) -> tuple[str, str]:
    """Why the test is too small for an answer and how many it needs; two empty texts where it is large enough."""
    each, needed = people_each(campaign, gets), _needed(campaign, usual)
    if each >= needed:
        return "", ""
    variants = len(variants_of(campaign))
    if campaign.test_metric == Metric.REVENUE:
        said = (
            f"The test is too small: about {each:,} get each variant, and with fewer than {LEAST_PURCHASES} purchases"
            " in each nothing is said about revenue."
        )
        wanted = f"About {needed:,} in each are needed"
    else:
        said = f"The test is small: about {each:,} get each variant, so only a very large difference would show."
        wanted = f"To see a variant that is a quarter better, about {needed:,} in each are needed"
    return said, f"{wanted}{_way_out(campaign, gets, needed * variants)}"


def _needed(campaign: Campaign, usual: Usual) -> int:
    """How many in each, without which the test would be likely to say nothing."""
    if campaign.test_metric == Metric.REVENUE:
        return math.ceil(LEAST_PURCHASES / usual.rate)
    difference = min(WORTHWHILE * usual.rate, 1 - usual.rate)
    return people_needed(difference, rate=usual.rate, variants=len(variants_of(campaign))) or 0


def _way_out(campaign: Campaign, gets: int, all_needed: int) -> str:
    if all_needed <= gets:
        share = math.ceil(100 * all_needed / max(gets, 1))
        return f": let {share} % take part."
    more = " Let everybody take part, or" if has_rest(campaign) else " Otherwise"
    return f", more than the audience has.{more} expect “no difference can be told”."


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %"


def _points(difference: float) -> str:
    points = 100 * difference
    return f"{points:.1f} points" if points >= 0.1 else f"{points:.2f} points"
