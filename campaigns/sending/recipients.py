"""Which recipients stand behind a number?"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from campaigns.models import Campaign, CampaignRecipient, CampaignRun
from campaigns.sending.phases import REST_RANK, Phase, phase_of
from campaigns.sending.receipt import NEVER_FED

HOLDOUT = "holdout"


def find_recipients(campaign: Campaign, *, reason: str = "", variant: str = "") -> QuerySet[CampaignRecipient]:
    """Those of one reason ("" gets it), or those who take part in the test with one variant."""
    rows = CampaignRecipient.objects.filter(campaign=campaign).select_related("contact").order_by("contact_id")
    gets = rows.filter(skip_reason="", is_held_out=False)
    if variant:
        return gets.filter(variant=variant)
    if reason == NEVER_FED:
        return _never_fed(campaign, gets)
    return rows.filter(is_held_out=True) if reason == HOLDOUT else rows.filter(skip_reason=reason, is_held_out=False)


def _never_fed(campaign: Campaign, gets: QuerySet[CampaignRecipient]) -> QuerySet[CampaignRecipient]:
    """Those who come after the place where feeding stands, and who wait for the end of a test."""
    run = CampaignRun.objects.get(pk=campaign.pk)
    phase, rest = phase_of(campaign, run), Q(rank__gte=REST_RANK)
    if phase is Phase.WAITING:
        return gets.filter(rest)
    to_come = Q() if run.fed_due_at is None else _after(run)
    if phase is Phase.TEST:
        return gets.filter(rest | ~rest & to_come)
    return gets.filter(to_come, rest) if phase is Phase.REST else gets.filter(to_come)


def _after(run: CampaignRun) -> Q:
    """In the feeder's order (due, rank, contact) behind its place."""
    same_due = Q(due_at=run.fed_due_at)
    return (
        Q(due_at__gt=run.fed_due_at)
        | same_due & Q(rank__gt=run.fed_rank)
        | same_due & Q(rank=run.fed_rank, contact_id__gt=run.fed_contact)
    )
