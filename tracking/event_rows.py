"""How is what was raised written down? One plain row in the caller's own transaction, accepted or refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from config.ids import new_id
from preferences.contacts import Addressee, find_contact_id, is_erased
from tracking.models import Event
from tracking.schemas import Fault

#: A time to send further away than this is a mistake of the caller's.
FURTHEST_SEND_AT = timedelta(days=3660)


class EventRefused(ValueError):
    """A bad event, raised only under POSTRIDER_STRICT; elsewhere the refused row is the answer."""

    def __init__(self, event: Event) -> None:
        lines = "; ".join(f"{fault['path']}: {fault['reason']}" for fault in event.faults)
        super().__init__(f"event {event.name!r} refused: {lines}")
        self.event = event


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """What the caller gave; nothing of it is believed yet."""

    name: str
    contact: Addressee | None
    payload: object
    key: str
    source: str
    send_at: datetime | None = None


def write_refused(raised: Raised, faults: list[Fault], *, shown: dict[str, Any]) -> Event:
    """Keep a bad event with the reasons, cut to what the columns can hold; of somebody erased nothing but the name."""
    key, payload = ("", {}) if is_erased(raised.contact) else (_storable(raised.key, 200), shown)
    event = Event(
        id=new_id(), name=_storable(raised.name, 120), contact_id=find_contact_id(raised.contact),
        source=_storable(raised.source, 64), key=key, state=Event.State.REFUSED, payload=payload,
        faults=[fault.as_json() for fault in faults],
    )  # fmt: skip
    write_event(event)
    return event


def write_event(event: Event) -> None:
    """The one statement that every caller's transaction pays for: written out, it costs half of what the ORM takes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracking_event (id, name, contact_id, source, key, state, payload, secrets, body_digest,"
            " faults, duplicate_of, stream, send_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " RETURNING received_at",
            [
                event.pk, event.name, event.contact_id, event.source, event.key, event.state,
                json.dumps(event.payload), _bytes(event.secrets), _bytes(event.body_digest), json.dumps(event.faults),
                event.duplicate_of, event.stream, event.send_at,
            ],
        )  # fmt: skip
        event.received_at = cursor.fetchone()[0]
    event._state.adding = False
    event._state.db = connection.alias


def complain_if_strict(event: Event) -> None:
    """Raise EventRefused for a refused event under POSTRIDER_STRICT."""
    if event.state == Event.State.REFUSED and settings.POSTRIDER_STRICT:
        raise EventRefused(event)


def key_fault(key: object) -> Fault | None:
    """Why a key cannot be kept, if it cannot."""
    if not isinstance(key, str):
        return Fault(path="key", reason=f"must be a string, not {type(key).__name__}")
    if len(key) > 200:
        return Fault(path="key", reason=f"is {len(key)} characters long; at most 200 are taken")
    if not key.isprintable():
        return Fault(path="key", reason="holds a character that cannot be printed")
    return None


def send_at_fault(send_at: object) -> Fault | None:
    """Why a time to send cannot be meant, if it cannot."""
    if send_at is None:
        return None
    if not isinstance(send_at, datetime):
        return Fault(path="send_at", reason=f"must be a datetime, not {type(send_at).__name__}")
    if timezone.is_naive(send_at):
        return Fault(path="send_at", reason="has no time zone; give an aware datetime")
    if abs(send_at - timezone.now()) > FURTHEST_SEND_AT:
        return Fault(path="send_at", reason="lies more than ten years away")
    return None


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)


def _storable(value: object, length: int) -> str:
    text = str(value).encode("utf-8", "replace").decode()
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)[:length]
