"""Do reports of providers come to the same end, however they arrive?"""

from __future__ import annotations

import time

from django.db.models import Count, Q

from config.chaos import faults
from config.chaos.ground import Ground
from config.chaos.scenario import Scenario
from config.loadtest.accounts import control
from config.loadtest.stack import running_web
from config.loadtest.waiting import wait_until
from config.queues import WEBHOOKS
from tracking.models import Message, MessageEvent, WebhookReceipt

_PATIENCE_SECONDS = 120.0
_TIMES = 10
_EARLY_CALLS = 2


def _webhooks(ground: Ground) -> None:
    """Some come before our own commit, the rest late, all ten times and shuffled."""
    control("PUT", "script", {"delivered": {"odds": 1, "after_ms": [0, 50]}, "magic": False})
    # The provider has the mail and reports it, but its answer to us hangs: the report comes before our own commit.
    faults.play({"kind": "hang_after_accept", "count": _EARLY_CALLS, "seconds": 3})
    ground.freeze()
    with running_web(), ground.workers(f"{ground.stream}={ground.dose.workers}", WEBHOOKS):
        ground.await_share(0.3)
        control("PUT", "webhooks", {"paused": True})
        ground.await_end()
        ground.say(f"reports held back for {ground.dose.seconds:g} s")
        time.sleep(ground.dose.seconds)
        control("PUT", "webhooks", {"paused": False})
        _await_reports()
        control("POST", "webhooks/resend", {"last": 10**6, "times": _TIMES, "shuffle": True})
        _await_reports()
    _check(ground)


def _await_reports() -> None:
    """Until the simulator has told everything and all of it has been worked off."""

    def is_quiet() -> bool:
        told = control("GET", "webhooks?limit=1")
        return not (told["waiting"] or told["planned"] or WebhookReceipt.objects.filter(processed_at=None).exists())

    wait_until("all reports", is_quiet, seconds=_PATIENCE_SECONDS, tick=0.25)


def _check(ground: Ground) -> None:
    """Every mail is delivered, and was reported so exactly once."""
    counted = Message.objects.annotate(
        reports=Count("events", filter=Q(events__kind=MessageEvent.Kind.DELIVERED))
    ).exclude(state=Message.State.DELIVERED, reports=1)
    ground.figures["webhooks"] = control("GET", "webhooks?limit=1")["sent"]
    ground.expect(not counted.exists(), f"{counted.count()} mails are not delivered with exactly one report")


SCENARIOS = (
    Scenario(
        name="webhooks",
        line="reports ten times each, shuffled, late, and before our own commit",
        bound="0",
        run=_webhooks,
        providers=("sendgrid",),
    ),
)
