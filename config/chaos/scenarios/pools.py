"""What if the first provider of the pool is lost in the middle of a campaign, and comes back?"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from django.db.models import Max

from config import clock
from config.chaos import faults
from config.chaos.evidence import read_journal
from config.chaos.ground import Ground
from config.chaos.scenario import Scenario
from config.loadtest.accounts import control
from config.loadtest.waiting import wait_until
from notifications.delivery import breakers
from notifications.delivery.models import Breaker, Provider

_PATIENCE_SECONDS = 60.0
_FAILOVER_SECONDS = 10.0
#: So many mails come so often, while a provider is expected back.
_TRICKLE = 50
_TRICKLE_SECONDS = 1.0
_HURRIED = 30.0  # outages shorter than this are not worth the breaker's own waiting time


def _failover(ground: Ground) -> None:
    """It answers 503 to every call, then is well again: traffic must return by itself, through probes."""
    first, second = ground.provider_names()
    ground.freeze(ground.dose.messages // 2)
    ground.slow_down()
    with ground.workers():
        ground.await_share(0.1)
        ground.figures["failover_seconds"] = _lose(ground, {"kind": "503", "provider": first}, to=second)
        ground.await_end()
        faults.play()
        ground.figures["return_seconds"] = _return(ground, to=first)
        ground.await_end()
    _tell_shares(ground)


def _unauthorized(ground: Ground) -> None:
    """Its key is refused, so it must not be called again until a person has mended it."""
    first, second = ground.provider_names()
    ground.freeze(ground.dose.messages // 2)
    ground.slow_down()
    with ground.workers():
        ground.await_share(0.1)
        ground.figures["failover_seconds"] = _lose(ground, {"kind": "401", "provider": first}, to=second)
        ground.await_end()
        refused = Provider.objects.get(kind=first, is_simulated=True)
        ground.expect(refused.refused_at, "the account with the refused key is not marked")
        ground.figures["refused_calls"] = faults.count_used()
        faults.play()
        breakers.mend(refused, at=clock.now())
        ground.figures["return_seconds"] = _return(ground, to=first)
        ground.await_end()
    _tell_shares(ground)


def _lose(ground: Ground, rule: faults.Rule, *, to: str) -> float:
    """The first one fails from now on, and there is more mail; the seconds until the second one took some of it."""
    ground.slow_down(rule)
    seconds = _await_accept(ground, ground.dose.messages - ground.dose.messages // 2, by=to)
    ground.expect(seconds < _FAILOVER_SECONDS, f"the second provider took over only after {seconds} s")
    return seconds


def _return(ground: Ground, *, to: str) -> float | None:
    """Mail goes on, in small campaigns: after how many seconds did the first provider, now well, get some of it?

    Its breaker may be open for a while yet: the wait doubled with each probe that failed.
    """
    if ground.dose.seconds < _HURRIED:
        Breaker.objects.exclude(state=Breaker.State.CLOSED).update(open_until=clock.now())
    until = Breaker.objects.aggregate(last=Max("open_until"))["last"] or clock.now()
    patience = max(0.0, (until - clock.now()).total_seconds()) + _PATIENCE_SECONDS
    since, newest = time.time(), control("GET", "accepts/count")["newest"]
    while time.time() - since < patience:
        ground.freeze(max(_TRICKLE, ground.dose.messages // 20))
        time.sleep(_TRICKLE_SECONDS)
        if found := _accepts(by=to, after=newest):
            return round(float(found[0]["at"]) - since, 2)
    ground.expect(False, f"no mail went by the first provider in {patience:.0f} s after it was well again")
    return None


def _await_accept(ground: Ground, number: int, *, by: str) -> float:
    """Write to so many people more; the seconds until that provider accepted a mail. Raises Failed if it never does."""
    since, newest = time.time(), control("GET", "accepts/count")["newest"]
    ground.freeze(number)
    found: list[dict[str, Any]] = []

    def has_come() -> bool:
        found.extend(_accepts(by=by, after=newest))
        return bool(found)

    wait_until(f"a mail by {by}", has_come, seconds=_PATIENCE_SECONDS, tick=0.1)
    return round(float(found[0]["at"]) - since, 2)


def _accepts(*, by: str, after: int) -> list[dict[str, Any]]:
    """The first accept of that provider after another one, if there is any."""
    accepts: list[dict[str, Any]] = control("GET", f"accepts?after={after}&limit=1&provider={by}")["accepts"]
    return accepts


def _tell_shares(ground: Ground) -> None:
    ground.figures["accepted_by"] = dict(Counter(one["provider"] for one in read_journal()))


SCENARIOS = (
    Scenario(
        name="failover",
        line="the first provider of two fails in mid-campaign, and comes back",
        bound="0",
        run=_failover,
        providers=("mailgun", "sendgrid"),
    ),
    Scenario(
        name="unauthorized",
        line="the first provider of two refuses its key in mid-campaign, then the key is mended",
        bound="0",
        run=_unauthorized,
        providers=("sendgrid", "mailgun"),
    ),
)
