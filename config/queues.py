"""Which queues exist, how is a waiting worker woken, and what must be looked after on a clock?

PostgreSQL is the ledger; Redis is only the doorbell. A lost doorbell costs seconds, never a mail,
because every due thing is a row that the sweeper finds again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction

if TYPE_CHECKING:
    import redis

logger = logging.getLogger("postrider.queues")

WEBHOOKS = "webhooks"

# Longest time an application can spend on a doorbell: connect and answer share these 50 ms.
RING_TIMEOUT_SECONDS = 0.025
# A worker may wait longer: a bell that it could not take down would swallow the next rings.
PATIENT_TIMEOUT_SECONDS = 1.0
# After a failed ring nobody tries again for this long: a hanging Redis must not slow a checkout.
RING_PAUSE_SECONDS = 5.0
# A bell that nobody answered may be rung again after this time: what a lost doorbell costs at most.
BELL_LIFETIME_MS = 2_000
# While no worker answers, no more doorbells than this wait in a queue.
MOST_WAITING_BELLS = 3


class Stream(models.TextChoices):
    """The four lanes a mail can travel in, most urgent first. Lanes share no worker time by default."""

    CRITICAL = "critical", "Critical"  # one-time codes, security alerts: seconds count
    TRANSACTIONAL = "transactional", "Transactional"  # receipts, resets: asked for by the person
    NOTIFICATION = "notification", "Notification"  # news about the person's own things
    MARKETING = "marketing", "Marketing"  # everything sent to many


STREAMS: tuple[str, ...] = tuple(Stream.values)
QUEUES: tuple[str, ...] = (*STREAMS, WEBHOOKS)

# RQ stores these paths in Redis: they are a contract with jobs enqueued before a deploy.
DRAIN_JOB = "notifications.jobs.drain"
RECEIPTS_JOB = "notifications.jobs.process_receipts"


#: Set in a worker that was asked to stop: no new call is started.
stop_requested = threading.Event()


@dataclass(slots=True)
class _Bell:
    silent_until: float = 0.0
    timeout: float = RING_TIMEOUT_SECONDS


_bell = _Bell()


def ring(queue: str) -> bool:
    """Wake a worker of `queue`, best effort; return whether a doorbell is now waiting.

    Never raises and never takes longer than about 50 ms. Rings are coalesced to one waiting job a queue.
    """
    if time.monotonic() < _bell.silent_until:
        return False
    try:
        _push_bell(queue)
    except Exception as error:  # noqa: BLE001 - the caller's work is already committed; the sweeper will see it
        _bell.silent_until = time.monotonic() + RING_PAUSE_SECONDS
        logger.warning("doorbell for %s not heard (%s); the sweeper takes over", queue, type(error).__name__)
        return False
    return True


def ring_on_commit(queue: str) -> None:
    """Ring once the caller's transaction is committed; at once when there is none."""
    transaction.on_commit(lambda: ring(queue), robust=True)


def answer_bell(queue: str) -> None:
    """Take the doorbell down as a drain starts, so that work arriving from now on rings again."""
    try:
        quick_redis().delete(_bell_key(queue))
    except Exception as error:  # noqa: BLE001 - the bell also expires by itself
        logger.warning("doorbell for %s not taken down (%s)", queue, type(error).__name__)


def _push_bell(queue: str) -> None:
    if not quick_redis().set(_bell_key(queue), "1", nx=True, px=BELL_LIFETIME_MS):
        return
    waiting = _rq_queue(queue)
    if waiting.count < MOST_WAITING_BELLS:
        job, args = (RECEIPTS_JOB, ()) if queue == WEBHOOKS else (DRAIN_JOB, (queue,))
        waiting.enqueue_call(job, args=args, timeout=-1, result_ttl=0, failure_ttl=3600)


def _bell_key(queue: str) -> str:
    return f"postrider:bell:{queue}"


@cache
def quick_redis() -> redis.Redis:
    """A connection to Redis that gives up soon: for what may be skipped."""
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=_bell.timeout,
        socket_connect_timeout=_bell.timeout,
        retry=Retry(NoBackoff(), 0),
    )


@cache
def _rq_queue(queue: str) -> Any:
    import django_rq

    return django_rq.get_queue(queue, commit_mode="auto", connection=quick_redis())


def reset_bell(*, is_patient: bool = False) -> None:
    """Forget connections and the pause after a failure: for forked processes and for tests.

    A patient process waits a second for Redis: a worker on a busy machine, in whose way no checkout stands.
    """
    _bell.silent_until = 0.0
    _bell.timeout = PATIENT_TIMEOUT_SECONDS if is_patient else RING_TIMEOUT_SECONDS
    quick_redis.cache_clear()
    _rq_queue.cache_clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A piece of housekeeping, run every `every` seconds; if exclusive, in one transaction and process at a time.

    One that is apart runs in a thread of its own: it asks somebody on the network, who may take his time.
    """

    name: str
    every: float
    run: Callable[[], object]
    is_exclusive: bool = True
    is_apart: bool = False


_sweeps: dict[str, Sweep] = {}


def register_sweep(
    name: str, *, every: float, run: Callable[[], object], is_exclusive: bool = True, is_apart: bool = False
) -> None:
    """Have `run` called about every `every` seconds; registering a name again replaces it.

    What calls a provider, or is safe to run twice at the same time, is not exclusive.
    """
    is_exclusive = is_exclusive and not is_apart
    _sweeps[name] = Sweep(name=name, every=every, run=run, is_exclusive=is_exclusive, is_apart=is_apart)


def sweeps() -> tuple[Sweep, ...]:
    """All registered sweeps, in the order of their registration."""
    return tuple(_sweeps.values())
