"""What if the provider answers badly, late, or not at all?"""

from __future__ import annotations

import time

from config.chaos import faults
from config.chaos.campaign import count_matching
from config.chaos.ground import Ground
from config.chaos.scenario import Scenario

_KEYS = "0 with idempotency keys; else the calls so answered x mails a call"
_HANG_SECONDS = 60.0
_EVENTS_SHARE = 5
_REFUSED = "*77@*"
_LARGE = 5000


def _suffer(ground: Ground, *rules: faults.Rule) -> None:
    """Hand a campaign and some events over while the provider behaves like that."""
    faults.play(*rules)
    ground.freeze()
    ground.raise_orders(max(10, ground.dose.messages // _EVENTS_SHARE))
    with ground.workers():
        ground.await_end()
    ground.unsettled_calls += faults.count_uncertain()
    ground.figures["faults"] = faults.count_used()
    ground.expect(faults.count_used(), "no call met the fault: take more --messages")


def _odds(ground: Ground, large: float) -> float:
    """Few calls need poor luck to meet a fault at all."""
    return large if ground.dose.messages >= _LARGE else max(large, 0.3)


def _accept_then_reset(ground: Ground) -> None:
    _suffer(ground, {"kind": "reset_after_accept", "odds": _odds(ground, 0.05)})


def _broken_json(ground: Ground) -> None:
    _suffer(ground, {"kind": "broken_json", "odds": _odds(ground, 0.05)})


def _throttle(ground: Ground) -> None:
    _suffer(ground, {"kind": "429", "retry_after": 1, "odds": 0.2})


def _hang(ground: Ground) -> None:
    times = max(1, ground.dose.times)
    hang = {"kind": "hang", "count": times, "seconds": _HANG_SECONDS}
    _suffer(ground, hang, {**hang, "kind": "hang_after_accept"})


def _partial(ground: Ground) -> None:
    """A few recipients are refused; they fail, and the others of their batch go."""
    ground.ended_otherwise = count_matching(ground.dose.messages, _REFUSED)
    faults.play({"kind": "partial_refusal", "match": _REFUSED})
    ground.freeze()
    with ground.workers():
        ground.await_end()
    ground.figures["refused"] = ground.ended_otherwise


def _errors(ground: Ground) -> None:
    """The first provider answers 500, 502, 503 and 504 for a while; the pool has a second one."""
    first, _ = ground.provider_names()
    storm = [{"kind": str(status), "odds": 0.4, "provider": first} for status in (503, 500, 502, 504)]
    ground.freeze()
    ground.slow_down(*storm)
    with ground.workers():
        with ground.orders():
            time.sleep(ground.dose.seconds)
            ground.unsettled_calls += faults.count_uncertain()
            ground.figures["faults"] = faults.count_used()
            faults.play()
        ground.await_end()


SCENARIOS = (
    Scenario(
        name="accept-then-reset",
        line="the provider takes a call and cuts the connection before it answers, at 5 % of calls (few mails: 30 %)",
        bound=_KEYS, run=_accept_then_reset,
    ),
    Scenario(
        name="broken-json", line="2xx with an answer cut in half, at 5 % of calls (few mails: 30 %)", bound=_KEYS,
        run=_broken_json,
    ),
    Scenario(
        name="throttle", line="429 with Retry-After: 1 at every fifth call", bound="0", run=_throttle,
        providers=("mailgun",),
    ),
    Scenario(
        name="errors", line="500, 502, 503 and 504 from the first provider of two for a while", bound=_KEYS,
        run=_errors, providers=("resend", "sendgrid"),
    ),
    Scenario(
        name="hang", line="the provider takes the connection and never answers, before or after accepting",
        bound=_KEYS, run=_hang, times=2, share=0.05,
    ),
    Scenario(
        name="partial", line="some recipients of a batch are refused", bound="0", run=_partial,
        providers=("postmark",), messages=1000,
    ),
)  # fmt: skip
