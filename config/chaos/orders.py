"""What does the application do meanwhile? It raises events: an order, and now and then a lost password."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any

from django.db import Error, connection, transaction

from config.chaos.checker import Accepted
from config.loadtest.events import PAYLOAD
from config.loadtest.people import address_of
from tracking.models import Event
from tracking.signals import event

_RESET = {"reset_url": "https://shop.example/reset/x", "minutes": 30}
_RESET_EVERY = 5


class Orders:
    """A context in which a thread raises events at a steady pace, whatever breaks."""

    def __init__(self, accepted: Accepted, *, people: int, pause: float) -> None:
        self._accepted = accepted
        self._people = people
        self._pause = pause
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="orders", daemon=True)

    def __enter__(self) -> Orders:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def _work(self) -> None:
        number = 0
        while not self._is_over.wait(self._pause):
            raise_event(self._accepted, number, people=self._people)
            number += 1
        connection.close()


def raise_event(accepted: Accepted, number: int, *, people: int) -> None:
    """Raise one event in a transaction of its own; it counts as accepted once that has committed."""
    raised: Event | None = None
    try:
        with transaction.atomic():
            raised = _send(number, address_of(number % people))
    except Error:
        connection.close()
        accepted.doubtful_events += raised is not None
    else:
        if raised is not None and raised.state == Event.State.ACCEPTED:
            accepted.events.add(raised.pk)


def _send(number: int, address: str) -> Any:
    is_reset = number % _RESET_EVERY == _RESET_EVERY - 1
    name, payload = ("password.reset_requested", _RESET) if is_reset else ("order.placed", PAYLOAD)
    return event.send(sender=None, name=name, contact=address, payload=payload)[0][1]
