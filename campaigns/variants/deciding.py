"""Which variant does the rest get? The clock decides when the time is over, or a person does.

Both under the run's lock, in one transaction with the place from which the rest is fed: killed before its commit,
nothing was decided, and after it everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from campaigns.audit import CLOCK, Actor, record
from campaigns.experiments.winner import Answer, Verdict, decide
from campaigns.models import Campaign, CampaignRun
from campaigns.sending.states import Refused, S
from campaigns.variants.arms import ArmFigures, count_arms, goal_of
from campaigns.variants.plan import LETTERS, has_rest, variants_of
from campaigns.variants.words import say_verdict
from notifications.delivery.models import Outbox

#: Waiting begins when fewer than one in so many of the test's mails wait in the outbox: one that is tried again for two
#: days does not hold up all.
SETTLED = 100
_DECIDING = frozenset({S.SENDING, S.PAUSED})


def judge(campaign: Campaign, arms: Sequence[ArmFigures], *, is_over: bool) -> Verdict:
    """What can be said of the test by its metric."""
    compared = [one.by(campaign.test_metric) for one in arms]
    return decide(compared, goal=goal_of(campaign.test_metric), is_over=is_over)


def settle(campaign: Campaign, run: CampaignRun, *, at: datetime) -> bool:
    """A turn of the clock while nobody is fed; return whether the rest may go from now on."""
    if run.test_asked_at is not None:
        return False
    if run.test_until is None:
        if (until := _begin_waiting(campaign, run, at=at)) is None:
            return False
        run.test_until = until
        CampaignRun.objects.filter(pk=run.pk).update(test_until=until)
    return run.test_until <= at and _end(campaign, at=at)


def _begin_waiting(campaign: Campaign, run: CampaignRun, *, at: datetime) -> datetime | None:
    """Until when it waits; None as long as mails of the test are still leaving."""
    if not run.fed:
        return at  # so few are meant that nobody takes part
    waiting = Outbox.objects.filter(source=campaign.source).exclude(state=Outbox.State.UNKNOWN).count()
    return at + timedelta(hours=campaign.test_hours) if waiting * SETTLED <= run.fed else None


@transaction.atomic
def _end(campaign: Campaign, *, at: datetime) -> bool:
    run = CampaignRun.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if run.chosen_variant or run.test_asked_at is not None:
        return bool(run.chosen_variant)
    arms = count_arms(campaign)
    verdict = judge(campaign, arms, is_over=True)
    sentence = say_verdict(campaign, arms, verdict)
    _note_verdict(run, verdict, sentence)
    if chosen := chosen_by_itself(campaign, verdict):
        _choose(campaign, run, chosen, at=at, by=CLOCK, sentence=sentence)
        return True
    run.test_asked_at = at
    run.save(update_fields=["test_asked_at", "test_verdict"])
    record(CLOCK, "asks which variant the rest gets", subject=campaign.source, subject_name=campaign.name,
           note=sentence)  # fmt: skip
    return False


def chosen_by_itself(campaign: Campaign, verdict: Verdict) -> str:
    """The letter, or "" where somebody is asked."""
    if campaign.test_ending == Campaign.Ending.ASK:
        return ""
    if verdict.answer is Answer.WINNER:
        return verdict.leader
    return LETTERS[0] if campaign.test_ending == Campaign.Ending.BY_ITSELF else ""


@transaction.atomic
def choose(campaign_id: int, key: str, *, at: datetime, by: Actor) -> None:
    """Somebody says what the rest gets, whatever the numbers say. Raises Refused."""
    run = CampaignRun.objects.select_for_update(of=("self",)).filter(pk=campaign_id).first()
    campaign = Campaign.objects.get(pk=campaign_id)
    if run is None or not has_rest(campaign) or key not in {one.key for one in variants_of(campaign)}:
        raise Refused("This campaign has no such variant to choose.")
    if run.chosen_variant:
        raise Refused(f"It was chosen already: the rest gets {run.chosen_variant.upper()}.")
    if campaign.state not in _DECIDING:
        raise Refused(f"This campaign is {campaign.get_state_display().lower()} by now: there is nothing to choose.")
    if run.test_fed_at is None:
        raise Refused("The test itself is still leaving: choose when everybody who takes part has been handed over.")
    arms = count_arms(campaign)
    verdict = judge(campaign, arms, is_over=False)
    sentence = say_verdict(campaign, arms, verdict)
    _note_verdict(run, verdict, sentence)
    _choose(campaign, run, key, at=at, by=by, sentence=sentence)


def _note_verdict(run: CampaignRun, verdict: Verdict, sentence: str) -> None:
    run.test_verdict = {"answer": verdict.answer.value, "leader": verdict.leader, "sentence": sentence}


def _choose(campaign: Campaign, run: CampaignRun, key: str, *, at: datetime, by: Actor, sentence: str) -> None:
    """The rest is fed from the beginning of its own order."""
    run.chosen_variant, run.chosen_at = key, at
    run.fed_due_at, run.fed_rank, run.fed_contact, run.next_due_at = None, -1, 0, None
    run.test_verdict = {**run.test_verdict, "by": by.name}
    run.save(update_fields=[
        "chosen_variant", "chosen_at", "fed_due_at", "fed_rank", "fed_contact", "next_due_at", "test_verdict",
    ])  # fmt: skip
    record(by, f"chose variant {key.upper()} for the rest", subject=campaign.source, subject_name=campaign.name,
           note=sentence)  # fmt: skip
