"""Does mail need Redis? Emptied, stopped, and started again with nothing in it."""

from __future__ import annotations

import time

from config.chaos.ground import Ground
from config.chaos.scenario import Scenario
from tracking.models import Message

_BOUND = "0"
_BELLS_LOST_SECONDS = 10.0


def _flush_all(ground: Ground) -> None:
    ground.freeze()
    ground.slow_down()
    with ground.workers():
        with ground.orders():
            for _ in ground.moments():
                ground.redis.flush()
        ground.await_end()


def _stop(ground: Ground) -> None:
    """Redis is away; what is critical must go meanwhile, the rest afterwards."""
    ground.freeze()
    ground.slow_down()
    with ground.workers():
        with ground.orders():
            ground.await_share(0.2)
            ground.redis.stop()
            before = _critical_sent()
            ground.say(f"no Redis for {ground.dose.seconds:g} s")
            time.sleep(ground.dose.seconds)
            meanwhile = _critical_sent() - before
            ground.redis.start()
        ground.await_end()
    ground.figures["critical_without_redis"] = meanwhile
    patient = ground.dose.seconds >= _BELLS_LOST_SECONDS
    ground.expect(meanwhile or not patient, "no critical mail went while Redis was away")


def _critical_sent() -> int:
    return Message.objects.filter(stream="critical", sent_at__isnull=False).count()


def _restart_empty(ground: Ground) -> None:
    ground.freeze()
    ground.slow_down()
    with ground.workers():
        with ground.orders():
            for _ in ground.moments():
                ground.redis.stop()
                ground.redis.empty()
                ground.redis.start()
        ground.await_end()


SCENARIOS = (
    Scenario(
        name="flushall", line="FLUSHALL again and again", bound=_BOUND, run=_flush_all, times=10, share=0.1,
    ),
    Scenario(
        name="redis-down", line="Redis stopped for a while", bound=_BOUND, run=_stop,
    ),
    Scenario(
        name="redis-empty", line="Redis stopped, its files deleted, started again", bound=_BOUND, run=_restart_empty,
        times=2, share=0.03,
    ),
)  # fmt: skip
