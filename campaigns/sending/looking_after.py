"""What keeps campaigns going? Sweeps that any number of processes may run: begin, freeze, feed, finish, count."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from time import monotonic

from django.db import transaction

from campaigns.audience.parts import BadAudience
from campaigns.audit import CLOCK
from campaigns.models import Campaign, CampaignRun
from campaigns.sending import control, figures, starting
from campaigns.sending.canary import Trial, Verdict, judge_trial
from campaigns.sending.feeding import count_open, feed_slice
from campaigns.sending.freezing import freeze_slice
from campaigns.sending.phases import Phase, phase_of
from campaigns.sending.states import RUNNING, Refused, S
from campaigns.variants.deciding import settle
from config import clock
from config.queues import register_sweep
from tracking.models import Message

logger = logging.getLogger("postrider.campaigns")

#: One campaign feeds so long before the next one has its turn.
TURN_SECONDS = 1.0


def register() -> None:
    """Have the sweepers do it. Freezing has a thread of its own, so that feeding goes on meanwhile."""
    register_sweep("campaign schedules", every=0.5, run=_schedule, is_exclusive=False)
    register_sweep("campaign freezing", every=0.25, run=freeze_waiting, is_apart=True)
    register_sweep("campaign feeding", every=0.25, run=feed_waiting, is_apart=True)
    register_sweep("campaign figures", every=2, run=figures.count_due, is_apart=True)


def _schedule() -> int:
    return starting.open_windows() + starting.start_due()


def freeze_waiting() -> int:
    """Write down everybody of campaigns that began; return how many slices were written."""
    return sum(freeze(one) for one in _ids(S.FREEZING))


def freeze(campaign_id: int) -> int:
    """Freeze one campaign to its end; one whose audience cannot be selected is paused, and says why."""
    slices = 0
    try:
        while freeze_slice(campaign_id, at=clock.now()):
            slices += 1
    except BadAudience as fault:
        logger.warning("campaign %s cannot be frozen: %s", campaign_id, fault)
        _pause(campaign_id, str(fault))
    return slices


def feed_waiting() -> int:
    """Feed, judge and finish every campaign under way; return how many recipients were fed."""
    return sum(look_after(one) for one in _ids(*RUNNING))


def look_after(campaign_id: int) -> int:
    """One turn of one campaign."""
    campaign = Campaign.objects.get(pk=campaign_id)
    run = CampaignRun.objects.filter(pk=campaign_id).first()
    at = clock.now()
    if run is None or (
        run.next_due_at is not None and not run.is_all_fed and run.next_due_at > at + timedelta(minutes=1)
    ):
        return 0
    if campaign.canary_size and not run.is_canary_passed and _is_on_trial(campaign, run, at=at):
        return 0
    if phase_of(campaign, run) is Phase.WAITING and not settle(campaign, run, at=at):
        return 0
    fed = _feed(campaign_id)
    if not fed and campaign.state == S.SENDING:
        _finish(campaign, at=at)
    return fed


def _feed(campaign_id: int) -> int:
    fed, end = 0, monotonic() + TURN_SECONDS
    while monotonic() < end and (number := feed_slice(campaign_id, at=clock.now())):
        fed += number
    return fed


def _finish(campaign: Campaign, *, at: datetime) -> None:
    run = CampaignRun.objects.get(pk=campaign.pk)
    if run.is_all_fed and not count_open(campaign):
        try:
            control.finish(campaign, run, at=at)
        except Refused:
            return
        figures.count_figures(campaign, at=at)


def _is_on_trial(campaign: Campaign, run: CampaignRun, *, at: datetime) -> bool:
    """Whether it must wait for its trial; a bad one pauses it."""
    if run.frozen_at is not None and not run.to_get:
        return False  # nobody to try it on
    if run.fed < min(campaign.canary_size or 0, run.to_get if run.frozen_at else run.fed + 1):
        return False  # there is room in the trial
    if run.canary_until is None:
        run.canary_until = at + timedelta(minutes=campaign.canary_minutes)
        CampaignRun.objects.filter(pk=run.pk).update(canary_until=run.canary_until)
    verdict, reason = judge_trial(_read_trial(campaign, run, at=at))
    if verdict == Verdict.STOP:
        _pause(campaign.pk, reason)
    elif verdict == Verdict.GO_ON:
        CampaignRun.objects.filter(pk=run.pk).update(is_canary_passed=True)
    return verdict != Verdict.GO_ON


def _read_trial(campaign: Campaign, run: CampaignRun, *, at: datetime) -> Trial:
    counted = figures.count_figures(campaign, at=at)
    return Trial(
        sent=counted.facts["sent"], bounced=counted.facts["bounced"], complained=counted.facts["complained"],
        failed=counted.count(Message.State.FAILED, Message.State.DEAD), is_settled=not count_open(campaign),
        is_time_over=run.canary_until is not None and run.canary_until <= at,
    )  # fmt: skip


@transaction.atomic
def _pause(campaign_id: int, reason: str) -> None:
    try:
        control.pause(Campaign.objects.get(pk=campaign_id), at=clock.now(), by=CLOCK, reason=reason)
    except Refused:
        logger.info("campaign %s ended before it could be paused", campaign_id)


def _ids(*states: Campaign.State) -> list[int]:
    return list(Campaign.objects.filter(state__in=states).order_by("pk").values_list("pk", flat=True))
