"""How long from pressing send to the first mail, how fast is an audience frozen and fed, and how soon does it pause?"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Max, Min

from campaigns.models import Campaign, CampaignRun
from campaigns.sending import control
from campaigns.sending.feeding import MOST_OPEN
from campaigns.sending.figures import count_figures
from campaigns.sending.receipt import write_receipt
from config import clock
from config.loadtest.accounts import accounts
from config.loadtest.accounts import control as ask_simulator
from config.loadtest.figures import rate
from config.loadtest.mailing import TESTER, make_mailing, press_send
from config.loadtest.options import Failed, Options, Outcome
from config.loadtest.people import ensure_people, forget_leftovers
from config.loadtest.stack import peak_memory, running_workers
from config.loadtest.waiting import wait_until
from config.queues import Stream
from notifications.delivery.models import Outbox, WorkerBeat
from tracking.models import Message

_STREAM = Stream.MARKETING.value
_TICK_SECONDS = 0.02
_SECONDS = 600
#: So long it is watched whether anything leaves in spite of the pause.
_WATCHED_SECONDS = 6


def run(options: Options) -> Outcome:
    """Press send while workers wait, pause as the outbox has filled up once, stop, and add up the receipt."""
    people = ensure_people(options.number)
    forget_leftovers()
    campaign = make_mailing(people)
    kind = options.provider or "mailgun"
    with accounts(kind, stream=_STREAM, has_simulator=options.has_journal):
        with running_workers(f"{_STREAM}={options.workers}") as workers:
            wait_until("workers to begin", WorkerBeat.objects.filter(queues__contains=_STREAM).exists, seconds=60)
            found = _time_it(campaign, options.number)
            memory = peak_memory(workers)
        doubles = len(ask_simulator("GET", "accepts/duplicates")["duplicates"]) if options.has_journal else 0
    return {**found, "recipients": options.number, "workers": options.workers, "provider": kind, "rss_mb": memory,
            "duplicates": doubles}  # fmt: skip


def _time_it(campaign: Campaign, number: int) -> Outcome:
    pressed = clock.now()
    press_send(campaign)
    most = min(MOST_OPEN, number)
    filled = _await(campaign, lambda run: run.fed >= most or run.is_all_fed)
    frozen = _await(campaign, lambda run: run.frozen_at is not None)
    first = _sent(campaign, Min("sent_at"))
    pause_seconds = _time_pause(campaign)
    control.cancel(campaign, at=clock.now(), by=TESTER)
    return {
        "seconds_to_first_mail": round((first - pressed).total_seconds(), 2),
        "seconds_to_freeze": round((frozen - pressed).total_seconds(), 2),
        "frozen_per_second": rate(number, (frozen - pressed).total_seconds()),
        "seconds_to_fill_outbox": round((filled - pressed).total_seconds(), 2),
        "seconds_to_pause": pause_seconds,
        "receipt": _add_up(campaign, number),
    }


def _time_pause(campaign: Campaign) -> float | None:
    """From the pause to the last mail that left; None where by then there was nothing left to hold back."""
    paused = clock.now()
    control.pause(campaign, at=paused, by=TESTER)
    wait_until("mails in hand to leave", lambda: _is_still(campaign), seconds=60, tick=1)
    time.sleep(_WATCHED_SECONDS)
    if not Outbox.objects.filter(source=campaign.source).exists():
        return None
    last = _sent(campaign, Max("sent_at"))
    return round(max(0.0, (last - paused).total_seconds()), 2)


def _await(campaign: Campaign, is_so: Callable[[CampaignRun], Any]) -> datetime:
    """The moment at which the run is so far."""
    wait_until(
        "the campaign to go on", lambda: is_so(CampaignRun.objects.get(pk=campaign.pk)), seconds=_SECONDS,
        tick=_TICK_SECONDS,
    )  # fmt: skip
    return clock.now()


def _sent(campaign: Campaign, bound: Min | Max) -> datetime:
    messages = Message.objects.filter(source=campaign.source, sent_at__isnull=False)
    wait_until("a mail to leave", messages.exists, seconds=_SECONDS, tick=_TICK_SECONDS)
    moment: datetime = messages.aggregate(moment=bound)["moment"]
    return moment


def _is_still(campaign: Campaign) -> bool:
    """Whether nothing of it is in a worker's hands."""
    return not Outbox.objects.filter(source=campaign.source, state__in=["claimed", "sending"]).exists()


def _add_up(campaign: Campaign, number: int) -> dict[str, int]:
    """The receipt's lines; raises Failed unless they add up to everybody."""
    count_figures(campaign, at=clock.now())
    receipt = write_receipt(campaign)
    if not receipt.is_balanced or receipt.total != number:
        raise Failed(f"the receipt does not add up: {receipt}")
    lines: dict[str, int] = {}
    for line in receipt.lines:
        lines[line.key] = lines.get(line.key, 0) + line.count
    return lines
