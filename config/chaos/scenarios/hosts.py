"""What if workers come and go, sweep at the same time, or have wrong clocks?"""

from __future__ import annotations

import time
from datetime import timedelta

from config.chaos.ground import Ground
from config.chaos.scenario import Scenario

_SHIFT = timedelta(minutes=10)


def _rolling(ground: Ground) -> None:
    """A deploy again and again: SIGTERM, and the next ones start."""
    ground.freeze()
    ground.slow_down()
    slowest = 0.0
    with ground.workers() as crew:
        with ground.orders():
            for _ in ground.moments():
                since = time.monotonic()
                crew.stop()
                slowest = max(slowest, time.monotonic() - since)
                crew.start()
        ground.await_end()
    ground.figures["slowest_stop_seconds"] = round(slowest, 1)
    ground.expect(slowest < 31, f"a stop took {slowest:.0f} s")


def _two_sweepers(ground: Ground) -> None:
    """Two hosts, a sweeper on each, and workers that die so that there is something to sweep."""
    ground.freeze()
    ground.slow_down()
    with ground.workers() as one, ground.workers() as other:
        with ground.orders():
            for turn in ground.moments():
                ground.cut_off((one, other)[turn % 2].kill_child(ground.chance))
        ground.await_end()
    ground.allow_poison()


def _clock(ground: Ground) -> None:
    """One host's clock is ten minutes fast, the other's ten minutes slow; each sweeps what the other one leases."""
    ground.freeze(ago=3 * _SHIFT)
    ground.slow_down()
    shift = _SHIFT.total_seconds()
    with ground.workers(shift=shift), ground.workers(shift=-shift):
        with ground.orders():
            ground.await_share(0.9)
            time.sleep(ground.dose.seconds)
        ground.unsettled_calls += ground.dose.messages  # each call can be taken for dead while it is under way
        ground.await_end()


SCENARIOS = (
    Scenario(
        name="rolling", line="all workers stopped by SIGTERM and started again", bound="0", run=_rolling, times=3,
        share=0.1,
    ),
    Scenario(
        name="two-sweepers", line="two hosts with a sweeper each, and dying workers",
        bound="0 with idempotency keys; else deaths x mails a call x calls in flight", run=_two_sweepers, times=10,
        share=0.2,
    ),
    Scenario(
        name="clock", line="one host's clock ten minutes fast, another's ten minutes slow",
        bound="0 with idempotency keys; else none", run=_clock,
    ),
)  # fmt: skip
