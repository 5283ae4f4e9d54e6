"""What does a doorbell start? Each job is safe to run twice and at the same time as itself."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from django.db import close_old_connections

from config.queues import STREAMS, WEBHOOKS, Stream, answer_bell, ring
from notifications.delivery import sweeper
from notifications.delivery.flights import Flights
from notifications.delivery.pipeline import deliver_batch
from notifications.delivery.unknowns import reconsider_unknown
from notifications.routing.router import has_waiting, route_waiting
from tracking.receipts import has_waiting as has_receipts
from tracking.receipts import process_batch

#: A drain ends after about this long and rings again, so that priorities and stop requests act.
DRAIN_SECONDS = 1.0


def drain(stream: str) -> None:
    """Route and deliver what waits in a stream, for about a second, in two lanes."""
    answer_bell(stream)
    beside = _second_lane().submit(_work_beside, stream)
    try:
        is_left = work(stream)
    finally:
        is_left_beside = beside.result()
    if is_left or is_left_beside:
        ring(stream)


def work(stream: str) -> bool:
    """Do about a second's work in a stream; return whether some may be left."""
    deadline = time.monotonic() + DRAIN_SECONDS
    with Flights() as flights:
        reconsider_unknown(stream, flights)
        while True:
            done = route_waiting(stream) + deliver_batch(stream, flights)
            if not done or time.monotonic() > deadline:
                break
    return bool(done) or flights.has_freed


def _work_beside(stream: str) -> bool:
    """The same work on a connection of its own: while one lane waits for the database, the other one renders."""
    close_old_connections()
    try:
        return work(stream)
    finally:
        close_old_connections()


@cache
def _second_lane() -> ThreadPoolExecutor:
    """One thread that lives as long as the worker, and keeps its connection."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="lane")


def process_receipts() -> None:
    """Work off reports of providers and readers, for about a second."""
    answer_bell(WEBHOOKS)
    deadline = time.monotonic() + DRAIN_SECONDS
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
