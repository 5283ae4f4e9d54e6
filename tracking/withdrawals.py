"""How does an application take an event back? By its name and key, with a row in the caller's own transaction."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from config.ids import new_id
from config.queues import ring_on_commit
from preferences.addresses import BadAddress
from preferences.contacts import Addressee, NoSuchContact, resolve_contact_id
from tracking.event_rows import Raised, complain_if_strict, key_fault, write_event, write_refused
from tracking.models import Event
from tracking.schemas import Fault, find_schema, unknown_name_fault
from tracking.signals import withdrawal_recorded


def record_withdrawal(name: str, *, contact: Addressee | None, key: str, source: str = "app") -> Event:
    """Take back what the contact's event of this name and key causes; return the row that says so.

    Waits for nobody: what rests is withdrawn in the caller's transaction, what a worker has in hand just after it.
    A withdrawal that cannot be meant is kept as a refused event. Raises EventRefused under POSTRIDER_STRICT only.
    """
    raised = Raised(name=name, contact=contact, payload={}, key=key, source=source)
    with transaction.atomic(savepoint=False):
        withdrawal = _record(raised)
        if withdrawal.state == Event.State.WITHDRAWAL:
            withdrawal_recorded.send(sender=Event, event=withdrawal)
            ring_on_commit(withdrawal.stream)
    complain_if_strict(withdrawal)
    return withdrawal


def events_meant_by(withdrawal: Event) -> QuerySet[Event]:
    """The events that a withdrawal takes back: those that the database received before it."""
    return Event.objects.filter(
        contact=withdrawal.contact_id, key=withdrawal.key, name=withdrawal.name, source=withdrawal.source,
        state=Event.State.ACCEPTED, received_at__lte=withdrawal.received_at,
    )  # fmt: skip


def _record(raised: Raised) -> Event:
    schema = find_schema(raised.name)
    if schema is None:
        return write_refused(raised, [unknown_name_fault(str(raised.name))], shown={})
    if fault := key_fault(raised.key) or _missing_key_fault(raised.key):
        return write_refused(raised, [fault], shown={})
    try:
        contact_id = resolve_contact_id(raised.contact)
    except (BadAddress, NoSuchContact) as bad_contact:
        return write_refused(raised, [Fault(path="contact", reason=str(bad_contact))], shown={})
    withdrawal = Event(
        id=new_id(), name=schema.name, contact_id=contact_id, source=raised.source, key=raised.key,
        state=Event.State.WITHDRAWAL, stream=schema.stream,
    )  # fmt: skip
    write_event(withdrawal)
    return withdrawal


def _missing_key_fault(key: str) -> Fault | None:
    return None if key else Fault(path="key", reason="is missing; a withdrawal names the key of the event it means")
