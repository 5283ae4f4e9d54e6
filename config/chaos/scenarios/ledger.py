"""Does mail survive the loss of PostgreSQL? Crashed and started again, away for a while, and with a full disk."""

from __future__ import annotations

import time

from django.db import connection

from config.chaos import tmpfs
from config.chaos.ground import Ground
from config.chaos.scenario import Scenario

_BOUND = "0 with idempotency keys; else outages x workers x mails a call x calls in flight"
_FULL = "No space left on device"


def _restart(ground: Ground) -> None:
    ground.freeze()
    ground.slow_down()
    with ground.workers() as crew:
        with ground.orders():
            for _ in ground.moments():
                ground.cut_off(len(crew.children()))
                _crash(ground, seconds=0)
        ground.await_end()


def _outage(ground: Ground) -> None:
    ground.freeze()
    ground.slow_down()
    with ground.workers() as crew:
        with ground.orders():
            ground.await_share(0.3)
            ground.cut_off(len(crew.children()))
            ground.say(f"no PostgreSQL for {ground.dose.seconds:g} s")
            _crash(ground, seconds=ground.dose.seconds)
        ground.await_end()


def _crash(ground: Ground, *, seconds: float) -> None:
    connection.close()
    ground.postgres.crash()
    time.sleep(seconds)
    ground.postgres.start()


def _fill_disk(ground: Ground) -> None:
    """The disk of PostgreSQL's files is full for a while: a small one in memory, which only root may make."""
    ground.freeze()
    ground.slow_down()
    connection.close()
    ground.postgres.stop()
    before = _count_refusals(ground)
    with tmpfs.mounted_over(ground.postgres.files) as disk:
        ground.postgres.start()
        with ground.workers() as crew, ground.orders():
            ground.await_share(0.2)
            ground.cut_off(len(crew.children()))
            disk.fill()
            ground.say(f"disk full for {ground.dose.seconds:g} s")
            time.sleep(ground.dose.seconds)
            disk.clear()
            _revive(ground)
        with ground.workers():
            ground.await_end()
        connection.close()
        ground.postgres.stop()
    ground.postgres.start()
    ground.figures["refused_writes"] = _count_refusals(ground) - before
    ground.expect(ground.figures["refused_writes"], "the disk was full, but nobody noticed: take more --seconds")


def _count_refusals(ground: Ground) -> int:
    log = ground.directory / "postgres.log"
    return log.read_text(encoding="utf-8", errors="replace").count(_FULL)


def _revive(ground: Ground) -> None:
    """A PostgreSQL that could not write its log has ended: start it again, as its service manager would."""
    died = not ground.postgres.is_alive()
    ground.figures["server_died"] = died
    if died:
        connection.close()
        ground.postgres.stop()
        ground.postgres.start()


SCENARIOS = (
    Scenario(
        name="postgres-restart", line="PostgreSQL stopped in immediate mode and started again", bound=_BOUND,
        run=_restart, times=3, share=0.2,
    ),
    Scenario(
        name="postgres-down", line="PostgreSQL away for a while", bound=_BOUND, run=_outage,
    ),
    Scenario(
        name="disk-full", line="the disk of PostgreSQL's files full for a while (needs root)", bound=_BOUND,
        run=_fill_disk,
    ),
)  # fmt: skip
