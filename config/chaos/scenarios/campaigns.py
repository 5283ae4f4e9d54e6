"""Does a campaign reach everybody once, whatever breaks while it is frozen, fed and sent?"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from campaigns.models import Campaign, CampaignRecipient
from campaigns.sending.figures import count_figures
from campaigns.sending.receipt import write_receipt
from campaigns.sending.states import Refused, S
from config import clock
from config.chaos.crew import Crew
from config.chaos.ground import Ground
from config.chaos.scenario import Scenario
from config.loadtest.mailing import make_mailing, press_send
from config.loadtest.people import ensure_people
from config.loadtest.waiting import wait_until
from preferences.models import Choice

_END_SECONDS = 300
_HOLDOUT_PERCENT = 5
_LEAVES_EVERY = 50
_PRESSES = 4


def _campaign(ground: Ground) -> None:
    """Send is pressed again and again while workers, sweepers and all at once are killed and Redis is emptied.

    The first strike takes all of them while the audience is frozen. Some people are held out, and some have left: the
    receipt must know each of them.
    """
    people = ensure_people(ground.dose.messages)
    campaign = make_mailing(people, holdout_percent=_HOLDOUT_PERCENT)
    _leave(campaign, people[::_LEAVES_EVERY])
    with ground.workers() as crew:
        refused = _press_at_once(campaign)
        time.sleep(ground.chance.uniform(0, 0.3))
        _strike(ground, crew, has_all=True)
        ground.slow_down()
        for turn in ground.moments(ground.dose.times - 1):
            refused += _is_refused(campaign)
            _strike(ground, crew, has_all=turn % 4 == 3)
        wait_until("the campaign to finish", lambda: _has_finished(campaign), seconds=_END_SECONDS, tick=0.2)
        ground.accepted.recipients[campaign.source] = _frozen(campaign)
        ground.await_end()
    ground.allow_poison()
    ground.expect(refused == _PRESSES - 1 + ground.dose.times - 1, "send was pressed again, and it began once more")
    _check_receipt(ground, campaign)


def _strike(ground: Ground, crew: Crew, *, has_all: bool) -> None:
    ground.cut_off(crew.kill_all() if has_all else crew.kill_child(ground.chance))
    ground.redis.flush()
    if has_all:
        crew.restart()


def _leave(campaign: Campaign, people: list[int]) -> None:
    """These people do not want the topic."""
    Choice.objects.bulk_create(
        Choice(contact_id=one, topic=campaign.topic, frequency=Choice.Frequency.NEVER, source="chaos") for one in people
    )


def _press_at_once(campaign: Campaign) -> int:
    """Several people press send in the same moment; how many of them were refused."""
    with ThreadPoolExecutor(_PRESSES) as pool:
        return sum(pool.map(_press, [campaign] * _PRESSES))


def _press(campaign: Campaign) -> bool:
    try:
        return _is_refused(campaign)
    finally:
        connection.close()


def _is_refused(campaign: Campaign) -> bool:
    """Press send; whether it was refused, as all but the first must be."""
    try:
        press_send(campaign)
    except Refused:
        return True
    return False


def _has_finished(campaign: Campaign) -> bool:
    return Campaign.objects.filter(pk=campaign.pk, state=S.FINISHED).exists()


def _frozen(campaign: Campaign) -> set[int]:
    return set(
        CampaignRecipient.objects.filter(campaign=campaign, skip_reason="", is_held_out=False)
        .values_list("contact_id", flat=True)
    )  # fmt: skip


def _check_receipt(ground: Ground, campaign: Campaign) -> None:
    count_figures(campaign, at=clock.now())
    receipt = write_receipt(campaign)
    ground.figures["receipt"] = {line.key: line.count for line in receipt.lines}
    ground.expect(receipt.is_balanced, f"the receipt does not add up to {receipt.total}")
    left = len(range(0, ground.dose.messages, _LEAVES_EVERY))
    ground.expect(receipt.count("topic_off") == left, f"{left} have left: {ground.figures['receipt']}")
    ground.expect(receipt.count("holdout") > 0, "nobody was held out")
    ground.expect(receipt.total == ground.dose.messages, f"{receipt.total} of {ground.dose.messages} were frozen")


SCENARIOS = (
    Scenario(
        name="campaign",
        line="SIGKILL of workers, sweepers and all at once, FLUSHALL, and send pressed again, during a campaign",
        bound="0 with idempotency keys; else deaths x mails a call x calls in flight",
        run=_campaign,
        times=12,
        share=0.2,
    ),
)
