"""Does a campaign reach everybody once, whatever breaks while it is frozen, fed and sent?"""

from __future__ import annotations

from campaigns.models import Campaign, CampaignRecipient
from campaigns.sending.figures import count_figures
from campaigns.sending.receipt import write_receipt
from campaigns.sending.states import Refused, S
from config import clock
from config.chaos.ground import Ground
from config.chaos.scenario import Scenario
from config.loadtest.mailing import make_mailing, press_send
from config.loadtest.people import ensure_people
from config.loadtest.waiting import wait_until

_END_SECONDS = 300


def _campaign(ground: Ground) -> None:
    """Send is pressed again and again while workers, sweepers and all at once are killed and Redis is emptied."""
    campaign = make_mailing(ensure_people(ground.dose.messages))
    refused = 0
    with ground.workers() as crew:
        press_send(campaign)
        ground.slow_down()
        for turn in ground.moments():
            refused += _press_again(campaign)
            if turn % 4 == 3:
                ground.cut_off(crew.kill_all())
                crew.restart()
            else:
                ground.cut_off(crew.kill_child(ground.chance))
            ground.redis.flush()
        wait_until("the campaign to finish", lambda: _has_finished(campaign), seconds=_END_SECONDS, tick=0.2)
        ground.accepted.recipients[campaign.source] = _frozen(campaign)
        ground.await_end()
    ground.allow_poison()
    ground.expect(refused == ground.dose.times, "send was pressed again, and it began once more")
    _check_receipt(ground, campaign)


def _press_again(campaign: Campaign) -> bool:
    """Whether it was refused, as it must be."""
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
