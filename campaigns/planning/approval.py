"""Who says that a campaign may go? A second person, about exactly what they saw."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from campaigns.audit import Actor
from campaigns.models import Campaign
from campaigns.planning.checks import find_stops
from campaigns.planning.contents import pin
from campaigns.planning.editing import Stale
from campaigns.planning.timing import first_start, home
from campaigns.sending.starting import begin
from campaigns.sending.states import Refused, S, move


class NotAllowed(Exception):
    """This person may not approve it; the message says why."""


@transaction.atomic
def ask(campaign: Campaign, *, by: Actor, at: datetime) -> None:
    """Ask for a second person. Raises Refused: it must be complete."""
    stops = find_stops(campaign, at=at)
    if stops:
        raise Refused(f"It cannot be sent yet: {stops[0].sentence}")
    move(campaign.pk, S.IN_REVIEW, at=at, by=by, action="asked for approval", sources=[S.DRAFT], asked_by=by.id)


@transaction.atomic
def take_back(campaign: Campaign, *, by: Actor, at: datetime, note: str = "") -> None:
    """Make it a draft again: by its author, or by who was to approve it, with a word to the author. Raises Refused."""
    move(campaign.pk, S.DRAFT, at=at, by=by, action="made a draft again", reason=note, approved_by=None,
         approved_at=None, versions={}, variant_versions={})  # fmt: skip


def why_not(campaign: Campaign, *, by: Actor) -> str:
    """Why this person may not approve it; "" where they may."""
    if settings.POSTRIDER_SELF_APPROVAL or by.id != campaign.asked_by_id:
        return ""
    return "You asked for this approval, so somebody else must give it."


@transaction.atomic
def approve(campaign_id: int, *, revision: int, by: Actor, at: datetime) -> Campaign:
    """Approve what was seen at `revision`: versions are pinned, and it begins when its time comes, or now.

    Raises NotAllowed, Stale, and Refused where somebody was faster or it is not fit any more.
    """
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign_id)
    if reason := why_not(campaign, by=by):
        raise NotAllowed(reason)
    if campaign.revision != revision:
        raise Stale("It was edited while you looked at it: look at it again, and then approve it.")
    if campaign.state == S.IN_REVIEW and (stops := find_stops(campaign, at=at)):
        raise Refused(f"It cannot be sent: {stops[0].sentence}")
    versions, variant_versions = pin(campaign, author=by.name)
    is_repeating = campaign.schedule == Campaign.Schedule.RECURRING
    move(
        campaign.pk, S.REPEATING if is_repeating else S.SCHEDULED, at=at, by=by, action="approved",
        sources=[S.IN_REVIEW], approved_by=by.id, approved_at=at, versions=versions, variant_versions=variant_versions,
        starts_at=first_start(campaign, at=at), clock_zone=home().key,
    )  # fmt: skip
    campaign.refresh_from_db()
    if campaign.schedule == Campaign.Schedule.NOW:
        begin(campaign, at=at, by=by)
        campaign.refresh_from_db()
    return campaign
