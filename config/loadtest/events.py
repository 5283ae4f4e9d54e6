"""What does raising an event add to the caller's own transaction?"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import psutil
from django.db import transaction

from config.loadtest.figures import milliseconds, percentile, rate
from config.loadtest.options import Options, Outcome
from config.loadtest.people import address_of, ensure_people, forget_leftovers
from config.loadtest.stack import peak_memory
from demo.models import OfferEdition
from tracking.signals import event

_WARM_UP = 50
_PEOPLE = 1000

PAYLOAD: dict[str, Any] = {
    "order_number": "P-10001",
    "customer_name": "Ann",
    "items": [
        {"name": "Enamel mug", "quantity": 2, "price": "14.00"},
        {"name": "Wool blanket", "quantity": 1, "price": "72.00"},
    ],
    "total": "100.00",
    "order_url": "https://shop.example/orders/1",
}


def run(options: Options) -> Outcome:
    """Time `event.send` with the demo shop's order against transactions without it, by turns on one connection."""
    ensure_people(_PEOPLE)
    for number in range(_WARM_UP):
        _in_transaction(lambda number=number: _raise(number))  # type: ignore[misc]
    empty, plain, telling, both = _measure(options.number)
    forget_leftovers()
    total = sum(telling)
    return {
        "rate": rate(options.number, total),
        "seconds": round(total, 2),
        "rss_mb": peak_memory(psutil.Process(os.getpid())),
        "events": options.number,
        "added_ms": {
            "to": "a transaction that writes a row of its own",
            "median": milliseconds(percentile(both, 0.5) - percentile(plain, 0.5)),
            "p99": milliseconds(percentile(both, 0.99) - percentile(plain, 0.99)),
        },
        "added_to_empty_ms": {
            "median": milliseconds(percentile(telling, 0.5) - percentile(empty, 0.5)),
            "p99": milliseconds(percentile(telling, 0.99) - percentile(empty, 0.99)),
        },
    }


def _measure(rounds: int) -> tuple[list[float], ...]:
    """Seconds of each transaction: empty, with a row, with an event, with both. Turns share the machine's moods."""
    timings: tuple[list[float], ...] = ([], [], [], [])
    for number in range(rounds):
        steps: tuple[Callable[[], object], ...] = (
            lambda: None,
            _write,
            lambda number=number: _raise(number),  # type: ignore[misc]
            lambda number=number: _write_and_raise(number),  # type: ignore[misc]
        )
        for timing, step in zip(timings, steps, strict=True):
            timing.append(_in_transaction(step))
    return timings


def _in_transaction(step: Callable[[], object]) -> float:
    started = time.perf_counter()
    with transaction.atomic():
        step()
    return time.perf_counter() - started


def _write() -> None:
    OfferEdition.objects.update_or_create(number=0)


def _write_and_raise(number: int) -> None:
    _write()
    _raise(number)


def _raise(number: int) -> None:
    event.send(sender=None, name="order.placed", contact=address_of(number % _PEOPLE), payload=PAYLOAD)
