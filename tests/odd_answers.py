"""Which account of a provider answers what its documentation does not foresee? One that a test listens as."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from notifications.delivery.mail import Parcel, read_parcel
from notifications.delivery.models import Call, Provider
from tests.people import make_contacts
from tests.simulator.listener import Listener
from tracking.signals import event

#: No JSON, JSON cut short, and JSON of shapes that nobody promised.
NONSENSE = [b"", b"<html>", b'{"a": [', b"null", b"[]", b"{}", b'"text"', b"7", b"[1]"]


def listen_as(provider: Provider, listener: Listener, *, path: str = "") -> None:
    """From now on the account's calls go to the listener."""
    provider.is_simulated = False
    provider.options = {**provider.options, "api_url": f"{listener.url}/{path}"}
    provider.save()


def answer(listener: Listener, status: int, body: Any) -> None:
    """What the listener says from now on."""
    listener.status, listener.body = status, body if isinstance(body, bytes) else json.dumps(body).encode()


def stored_parcel() -> Parcel:
    """The one call that was made, ready to be made again."""
    return read_parcel(Call.objects.select_related("provider").get())


def make_sender(work: Callable[[], None]) -> Callable[[int], None]:
    """What sends a parcel's mail to so many people, with a note that holds markup."""

    def send(count: int) -> None:
        for person in make_contacts(count):
            event.send(sender=None, name="parcel.sent", contact=person, payload={"number": "17", "note": "a <b> & c"})
        work()

    return send
