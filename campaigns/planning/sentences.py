"""What exactly will happen to how many, and when? One sentence that a person approves."""

from __future__ import annotations

from datetime import datetime

from campaigns.audience.estimating import Estimate
from campaigns.audience.parts import name_parts, read_audience
from campaigns.models import Campaign
from campaigns.planning.contents import contents_of
from campaigns.planning.timing import say_when
from campaigns.variants.plan import Variant, has_rest, is_test, variants_of

#: Where no more than the rest of everybody is left out on purpose, it is everybody all the same.
MOST_OF_ALL = 0.9


def say_plan(campaign: Campaign, estimate: Estimate, *, at: datetime) -> str:
    """The plan in words; numbers are as of the last count."""
    parts = [
        f"Sends {_content(campaign)} to {_people(estimate.gets)}{_audience(campaign)}, {say_when(campaign, at=at)}."
    ]
    if is_test(campaign):
        parts.append(_test(campaign, estimate))
    if campaign.canary_size:
        parts.append(
            f"The first {campaign.canary_size:,} go on trial; after {campaign.canary_minutes} minutes the others go,"
            " unless too many bounced, failed or complained."
        )
    if campaign.throttle_per_hour:
        parts.append(f"At most {campaign.throttle_per_hour:,} leave an hour{_hours(campaign, estimate)}.")
    if estimate.counts.get("holdout"):
        parts.append(f"{_people(estimate.counts['holdout'])} ({campaign.holdout_percent} %) are held out.")
    if left_out := estimate.selected - estimate.gets - estimate.counts.get("holdout", 0):
        parts.append(f"{_people(left_out)} who are meant will not get it, for the reasons above.")
    return " ".join(parts)


def is_for_everybody(campaign: Campaign, estimate: Estimate) -> bool:
    """Whether so many are meant that the number must be typed: who may not get it anyway makes it no smaller."""
    left_out = estimate.counts.get("excluded", 0) + estimate.counts.get("holdout", 0)
    kept = estimate.selected - left_out
    return read_audience(campaign.audience).is_everybody and kept >= MOST_OF_ALL * estimate.selected > 0


def _content(campaign: Campaign) -> str:
    refs = "; ".join(filter(None, (_refs(campaign, one) for one in variants_of(campaign))))
    return f"“{campaign.name}” ({refs})" if refs else f"“{campaign.name}”"


def _refs(campaign: Campaign, variant: Variant) -> str:
    """The versions of a variant, with their own subjects."""
    refs = ", ".join(
        f"{one.version.ref}{f' ({one.locale})' if one.locale else ''}"
        + (f" with the subject “{one.version.subject_source}”" if one.version.base_id else "")
        for one in contents_of(campaign, variant.key)
    )
    return f"{variant.name}: {refs}" if refs and is_test(campaign) else refs


def _test(campaign: Campaign, estimate: Estimate) -> str:
    """Who takes part in the test, and what happens then."""
    letters = ", ".join(one.name for one in variants_of(campaign))
    metric = {"clicks": "who clicks", "conversions": "who converts", "revenue": "revenue a person"}
    judged = f"judged by {metric[campaign.test_metric]}"
    if not has_rest(campaign):
        return f"Everybody takes part in a test of {letters} in equal shares, {judged}."
    hours = "1 hour" if campaign.test_hours == 1 else f"{campaign.test_hours} hours"
    then = {
        "by_itself": "the winner goes to the others by itself, or A where there is no winner",
        "winner_only": "the winner goes to the others by itself; without one somebody is asked",
        "ask": "somebody is asked which one the others get",
    }[campaign.test_ending]
    taking_part = _people(estimate.gets * campaign.test_percent // 100)
    return (
        f"First {campaign.test_percent} %, about {taking_part}, get {letters} in equal shares, {judged};"
        f" {hours} later {then}."
    )


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _audience(campaign: Campaign) -> str:
    meant, without = name_parts(read_audience(campaign.audience))
    said = f" of {', '.join(meant)}" if meant else ""
    return f"{said} without {', '.join(without)}" if without else said


def _hours(campaign: Campaign, estimate: Estimate) -> str:
    hours = estimate.gets / (campaign.throttle_per_hour or 1)
    return f", so it takes about {hours:.0f} hours" if hours >= 2 else ""
