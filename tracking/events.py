"""How does an event get into the log? Validated, claimed and inserted in the caller's own transaction; rows only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from config import clock, vault
from config.ids import new_id
from config.queues import ring_on_commit
from preferences.addresses import BadAddress
from preferences.contacts import Addressee, NoSuchContact, resolve_contact_id
from tracking.conversions import record_conversion
from tracking.event_rows import (
    EventRefused,
    Raised,
    complain_if_strict,
    key_fault,
    send_at_fault,
    write_event,
    write_refused,
)
from tracking.models import Event
from tracking.schemas import (
    BadPayload,
    CheckedPayload,
    EventSchema,
    Fault,
    check_payload,
    find_schema,
    masked_payload,
    unknown_name_fault,
)
from tracking.signals import event_recorded

__all__ = ["KEY_WINDOW", "EventRefused", "purge_claims", "record_event"]

KEY_WINDOW = timedelta(hours=24)


def record_event(
    name: str,
    *,
    contact: Addressee | None,
    payload: Mapping[str, Any] | None = None,
    key: str = "",
    source: str = "app",
    send_at: datetime | None = None,
) -> Event:
    """Insert an event into the caller's transaction and ring after its commit. Its mails wait until `send_at` (aware).

    Returns the accepted row, the first row again for a key used before (`is_replay`), or a refused or duplicate row.
    Raises EventRefused under POSTRIDER_STRICT only.
    """
    raised = Raised(
        name=name, contact=contact, payload={} if payload is None else payload, key=key, source=source, send_at=send_at
    )
    # The claim of a key and the row it stands for are one; without a savepoint, inside a caller's transaction.
    with transaction.atomic(savepoint=False):
        event = _record(raised)
        event_recorded.send(sender=Event, event=event)
    complain_if_strict(event)
    return event


def rehearse_event(name: str, *, contact: Addressee | None, payload: object, key: str = "") -> Event:
    """The row that `record_event` would write, told to nobody: for a transaction that the caller rolls back."""
    return _record(Raised(name=name, contact=contact, payload=payload, key=key, source="app"))


def _record(raised: Raised) -> Event:
    schema = find_schema(raised.name)
    if schema is None:
        return write_refused(raised, [unknown_name_fault(str(raised.name))], shown=masked_payload(raised.payload, None))
    if fault := key_fault(raised.key) or send_at_fault(raised.send_at):
        return write_refused(raised, [fault], shown=masked_payload(raised.payload, schema))
    try:
        checked = check_payload(schema, raised.payload)
    except BadPayload as bad:
        return write_refused(raised, bad.faults, shown=bad.shown)
    try:
        contact_id = resolve_contact_id(raised.contact)
    except (BadAddress, NoSuchContact) as bad_contact:
        return write_refused(raised, [Fault(path="contact", reason=str(bad_contact))], shown=checked.shown)
    return _accept(raised, schema, checked, contact_id)


def _accept(raised: Raised, schema: EventSchema, checked: CheckedPayload, contact_id: int) -> Event:
    event = Event(
        id=new_id(), name=schema.name, contact_id=contact_id, source=raised.source, key=raised.key,
        state=Event.State.ACCEPTED, payload=checked.shown, secrets=checked.sealed,
        body_digest=_body_digest(raised, checked, contact_id), stream=schema.stream, send_at=raised.send_at,
    )  # fmt: skip
    if raised.key:
        holder, digest = _claim(raised.source, raised.key, event, KEY_WINDOW)
        if holder != event.pk:
            return _answer_again(raised, checked, holder=holder, same_body=digest == event.body_digest)
    elif schema.dedupe_window:
        holder = _claim_dedupe(schema, checked, event)
        if holder != event.pk:
            event.state, event.duplicate_of, event.secrets = Event.State.DUPLICATE, holder, None
    write_event(event)
    if event.state == Event.State.ACCEPTED:
        if schema.value:
            record_conversion(event, schema.value)
        ring_on_commit(event.stream)
    return event


def _answer_again(raised: Raised, checked: CheckedPayload, *, holder: UUID, same_body: bool) -> Event:
    if not same_body:
        fault = Fault(path="key", reason="key_reused: this key was used within 24 hours for another body")
        return write_refused(raised, [fault], shown=checked.shown)
    first = Event.objects.get(pk=holder)
    first.is_replay = True
    return first


def _body_digest(raised: Raised, checked: CheckedPayload, contact_id: int) -> bytes:
    """Two events of one key are the same if name, contact, payload and the time to send agree."""
    body = checked.digest_source
    return _digest(raised.name, contact_id, [body, raised.send_at.timestamp()] if raised.send_at else body)


def _claim_dedupe(schema: EventSchema, checked: CheckedPayload, event: Event) -> UUID:
    fields = schema.dedupe_fields if schema.dedupe_fields is not None else tuple(checked.digest_source)
    digest = _digest(schema.name, event.contact_id, {name: checked.digest_source.get(name) for name in fields})
    window = schema.dedupe_window or KEY_WINDOW
    return _claim(f"dedupe:{schema.name}", digest.hex(), event, window)[0]


def _claim(scope: str, key: str, event: Event, window: timedelta) -> tuple[UUID, bytes]:
    """Who holds (scope, key), and with which body: `event` when the key was free or its window is over.

    A transaction that claims the same key at the same time waits here until the first one ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracking_eventclaim AS held (scope, key, event_id, body_digest, expires_at)"
            " VALUES (%(scope)s, %(key)s, %(event)s, %(digest)s,"
            " clock_timestamp() + make_interval(secs => %(offset)s + %(window)s))"
            " ON CONFLICT (scope, key) DO UPDATE SET event_id = excluded.event_id,"
            " body_digest = excluded.body_digest, expires_at = excluded.expires_at"
            " WHERE held.expires_at <= clock_timestamp() + make_interval(secs => %(offset)s)"
            " RETURNING event_id, body_digest",
            {
                "scope": scope, "key": key, "event": event.pk, "digest": bytes(event.body_digest or b""),
                "offset": clock.offset().total_seconds(), "window": window.total_seconds(),
            },
        )  # fmt: skip
        row = cursor.fetchone()
        if row is None:
            cursor.execute(
                "SELECT event_id, body_digest FROM tracking_eventclaim WHERE scope = %s AND key = %s", [scope, key]
            )
            row = cursor.fetchone()
    return row[0], bytes(row[1])


def purge_claims() -> int:
    """Delete claims whose window is over; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM tracking_eventclaim WHERE expires_at <= clock_timestamp() + make_interval(secs => %s)",
            [clock.offset().total_seconds()],
        )
        return int(cursor.rowcount)


def _digest(name: str, contact_id: int | None, body: object) -> bytes:
    text = json.dumps([name, contact_id, body], sort_keys=True)
    return vault.keyed_digest("event-body", hashlib.sha256(text.encode()).digest())


def tell_waiting(contact_id: int) -> str:
    """Why a contact cannot go up in another just now, in words for staff; "" where nothing waits."""
    waiting = Event.objects.filter(contact_id=contact_id, routed_at=None, state=Event.State.ACCEPTED)
    return "An event of the one that goes is just being worked off. Try again in a moment." if waiting.exists() else ""
