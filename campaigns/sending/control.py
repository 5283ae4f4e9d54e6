"""How is a campaign paused, resumed, stopped, and what failed tried again? Within seconds, by holds of delivery."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.audit import CLOCK, Actor
from campaigns.models import Campaign, CampaignRun
from campaigns.planning.recurrence import next_window
from campaigns.sending.starting import begin
from campaigns.sending.states import RUNNING, S, move
from notifications.delivery import holds, outbox
from notifications.delivery.deadletters import Replay, replay
from notifications.delivery.models import DeadLetter, Hold, Outbox
from preferences.time_zones import zone_of


@transaction.atomic
def pause(campaign: Campaign, *, at: datetime, by: Actor, reason: str = "") -> None:
    """Let nothing of it leave from now on; what is being handed over at this moment still goes. Raises Refused."""
    move(campaign.pk, S.PAUSED, at=at, by=by, action="paused", reason=reason)
    holds.set_hold(campaign.source, Hold.State.PAUSED, reason=f"{by.name or 'by itself'}: {reason}"[:120])


@transaction.atomic
def resume(campaign: Campaign, *, at: datetime, by: Actor) -> None:
    """Go on where it stopped. Who resumes after a bad trial has decided that it was good enough. Raises Refused."""
    run = CampaignRun.objects.select_for_update().filter(pk=campaign.pk).first()
    to = S.REPEATING if run is None else S.FREEZING if run.frozen_at is None else S.SENDING
    zone = zone_of("")
    fields: dict[str, Any] = (
        {"starts_at": next_window(campaign.cron, after=at, zone=zone), "clock_zone": zone.key}
        if to == S.REPEATING and campaign.cron
        else {}
    )
    move(campaign.pk, to, at=at, by=by, action="resumed", sources=[S.PAUSED], **fields)
    holds.resume(campaign.source, at=at)
    if run is not None:
        run.credit_at, run.next_due_at = None, None
        run.is_canary_passed = run.is_canary_passed or run.canary_until is not None
        run.save(update_fields=["credit_at", "next_due_at", "is_canary_passed"])


@transaction.atomic
def cancel(campaign: Campaign, *, at: datetime, by: Actor, reason: str = "") -> int:
    """Stop it for good and withdraw what waits; return how many mails were withdrawn. Raises Refused."""
    move(campaign.pk, S.CANCELLED, at=at, by=by, action="cancelled", reason=reason)
    for child in campaign.windows.filter(state=S.SCHEDULED):
        move(child.pk, S.CANCELLED, at=at, by=by, action="cancelled", reason="its repeating campaign was ended")
    if not CampaignRun.objects.filter(pk=campaign.pk).exists():
        return 0
    holds.set_hold(campaign.source, Hold.State.CANCELLED, reason=reason)
    waiting = Outbox.objects.filter(source=campaign.source).values_list("pk", flat=True)
    return outbox.cancel(list(waiting), at=at, reason="source_cancelled")


def send_missed(campaign: Campaign, *, at: datetime, by: Actor) -> None:
    """Begin a campaign that missed its time, now, because somebody said so. Raises Refused."""
    begin(campaign, at=at, by=by, sources=(S.MISSED,))


def retry_failed(campaign: Campaign, *, at: datetime, by: Actor) -> Replay:
    """Queue its dead letters again, as the next generation of the same messages. Raises Refused."""
    with transaction.atomic():
        state = Campaign.objects.select_for_update().filter(pk=campaign.pk).values_list("state", flat=True).get()
        if state not in RUNNING:
            move(campaign.pk, S.SENDING, at=at, by=by, action="tried failed mails again", sources=[S.FINISHED])
            CampaignRun.objects.filter(pk=campaign.pk).update(finished_at=None)
    letters = DeadLetter.objects.filter(source=campaign.source, discarded_at=None).order_by("pk")
    return replay(list(letters.values_list("pk", flat=True)), at=at, by=by.id)


@transaction.atomic
def finish(campaign: Campaign, run: CampaignRun, *, at: datetime) -> None:
    """Nothing of it waits any more. Raises Refused."""
    CampaignRun.objects.filter(pk=run.pk).update(finished_at=at)
    move(campaign.pk, S.FINISHED, at=at, by=CLOCK, action="finished", sources=[S.SENDING])
