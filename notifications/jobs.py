"""What does a doorbell start? Each job is safe to run twice and at the same time as itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from django.db import InterfaceError, OperationalError, close_old_connections

from config.queues import STREAMS, WEBHOOKS, Stream, answer_bell, ring, stop_requested
from notifications.delivery import outbox, sweeper
from notifications.delivery.flights import Flights
from notifications.delivery.pipeline import deliver_batch, worker_name
from notifications.delivery.pool import SHARING
from notifications.delivery.unknowns import reconsider_unknown
from notifications.routing.router import has_waiting, route_waiting
from tracking.receipts import has_waiting as has_receipts
from tracking.receipts import process_batch

#: A drain ends after about this long and rings again, so that priorities and stop requests act; where single mails
#: share a worker, the more urgent ones wait no longer than that.
DRAIN_SECONDS: dict[str, float] = {Stream.CRITICAL: 0.25, Stream.TRANSACTIONAL: 0.25}
LONGEST_DRAIN_SECONDS = 1.0


def drain(stream: str) -> None:
    """Route and deliver what waits in a stream, for about a second; then the suspects.

    Where many mails share a call, in two lanes; single mails wait for their calls, which have threads of their own.
    """
    answer_bell(stream)
    _tidy_up()
    with _noting_stumbles():
        is_left = _work_in_two_lanes(stream) if stream in SHARING else _work(stream)
        is_left |= _work_on_suspects(stream)
    if is_left:
        ring(stream)


def _work_in_two_lanes(stream: str) -> bool:
    beside = _second_lane().submit(_work_beside, stream)
    try:
        is_left = _work(stream)
    finally:
        is_left_beside = beside.result()
    return is_left or is_left_beside


def work(stream: str) -> bool:
    """Do about a second's work in a stream, in one lane; return whether some may be left."""
    is_left = _work(stream)
    return _work_on_suspects(stream) or is_left


def _work_on_suspects(stream: str) -> bool:
    """One batch of mails that were in a crash, by a worker that holds nothing else: one of them may kill it."""
    with Flights() as flights:
        done = deliver_batch(stream, flights, is_of_suspects=True)
    return bool(done)


def _work(stream: str) -> bool:
    deadline = time.monotonic() + DRAIN_SECONDS.get(stream, LONGEST_DRAIN_SECONDS)
    with Flights() as flights:
        reconsider_unknown(stream, flights)
        while True:
            done = route_waiting(stream) + deliver_batch(stream, flights)
            if not done or time.monotonic() > deadline or stop_requested.is_set():
                break
    _record.has_stumbled |= flights.has_lost_an_outcome
    return bool(done) or flights.has_freed


def _work_beside(stream: str) -> bool:
    """The same work on a connection of its own: while one lane waits for the database, the other one renders."""
    close_old_connections()
    try:
        return _work(stream)
    finally:
        close_old_connections()


@dataclass(slots=True)
class _Record:
    #: Whether a piece of work ended by an error, and may have left rows claimed: the database's, or one of ours.
    has_stumbled: bool = False
    has_crashed: bool = False


_record = _Record()


@contextmanager
def _noting_stumbles() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError):
        _record.has_stumbled = True
        raise
    except BaseException:
        _record.has_crashed = True
        raise


def _tidy_up() -> None:
    """Settle what an earlier piece of work left when the database failed it: nothing of it is in hand any more.

    What was claimed goes back; what was `sending`, and whose outcome could not be written, is unknown. After an error
    of ours the rows count as having crashed a worker, so that the one at fault is told apart, and ends.
    """
    if _record.has_stumbled or _record.has_crashed:
        if not _record.has_crashed:
            outbox.give_back_of(worker_name())
        sweeper.recover_worker(worker_name())
        _record.has_stumbled = _record.has_crashed = False


@cache
def _second_lane() -> ThreadPoolExecutor:
    """One thread that lives as long as the worker, and keeps its connection."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="lane")


def process_receipts() -> None:
    """Work off reports of providers and readers, for about a second."""
    answer_bell(WEBHOOKS)
    deadline = time.monotonic() + LONGEST_DRAIN_SECONDS
    while process_batch():
        if time.monotonic() > deadline:
            break
    if has_receipts():
        ring(WEBHOOKS)


def sweep_due() -> None:
    """Ring where something is due; what is critical is done here and now when no bell can be heard."""
    unheard = sweeper.ring_due()
    for stream in STREAMS:
        if stream not in unheard and has_waiting(stream) and not ring(stream):
            unheard.append(stream)
    if Stream.CRITICAL in unheard:
        work(Stream.CRITICAL)
