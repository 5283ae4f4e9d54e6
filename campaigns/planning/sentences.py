"""What exactly will happen to how many, and when? One sentence that a person approves."""

from __future__ import annotations

from datetime import datetime

from campaigns.audience.estimating import Estimate
from campaigns.audience.parts import name_parts, read_audience
from campaigns.models import Campaign
from campaigns.planning.contents import contents_of
from campaigns.planning.timing import say_when

#: Where no more than the rest of everybody is left out on purpose, it is everybody all the same.
MOST_OF_ALL = 0.9


def say_plan(campaign: Campaign, estimate: Estimate, *, at: datetime) -> str:
    """The plan in words; numbers are as of the last count."""
    parts = [
        f"Sends {_content(campaign)} to {_people(estimate.gets)}{_audience(campaign)}, {say_when(campaign, at=at)}."
    ]
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
    contents = contents_of(campaign)
    refs = ", ".join(f"{one.version.ref}{f' ({one.locale})' if one.locale else ''}" for one in contents)
    return f"“{campaign.name}” ({refs})" if refs else f"“{campaign.name}”"


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _audience(campaign: Campaign) -> str:
    meant, without = name_parts(read_audience(campaign.audience))
    said = f" of {', '.join(meant)}" if meant else ""
    return f"{said} without {', '.join(without)}" if without else said


def _hours(campaign: Campaign, estimate: Estimate) -> str:
    hours = estimate.gets / (campaign.throttle_per_hour or 1)
    return f", so it takes about {hours:.0f} hours" if hours >= 2 else ""
