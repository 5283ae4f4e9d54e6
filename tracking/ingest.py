"""What do reports change? Facts beside the state, the state where it follows, suppression and engagement.

Everything here gives the same end state whatever the order and number of the reports.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from preferences.engagement import Seen, Sign, note_engagement
from preferences.facts import lock_contacts
from tracking import lifecycle
from tracking.conversions import ask_again
from tracking.erasure import strip_reports
from tracking.figures.marking import mark_messages
from tracking.mailboxes import follow_mail_reports
from tracking.models import Message, MessageEvent, WebhookReceipt
from tracking.phone_reports import follow_phone_reports
from tracking.signals import evidence_expected, evidence_found, message_event_recorded

Kind = MessageEvent.Kind

#: The fact column that a kind of message event sets, if any.
FACT_COLUMNS: dict[str, str] = {
    Kind.DELIVERED: "delivered_at",
    Kind.OPENED: "opened_at",
    Kind.CLICKED: "clicked_at",
    Kind.BOUNCED: "bounced_at",
    Kind.COMPLAINED: "complained_at",
    Kind.UNSUBSCRIBED: "unsubscribed_at",
}
_COLUMNS = tuple(FACT_COLUMNS.values())
_OF_PERSON = frozenset({Kind.BOUNCED, Kind.SOFT_BOUNCED, Kind.COMPLAINED, Kind.UNSUBSCRIBED})
#: What only an accepted mail brings about, whatever came of an earlier try. A bounce may repeat a refusal that we know.
_PROOF = frozenset({Kind.SENT, Kind.OPENED, Kind.CLICKED, Kind.COMPLAINED})
_WAITING = (Message.State.QUEUED, Message.State.RETRYING, Message.State.DEFERRED)


def ingest_reports(receipts: Sequence[WebhookReceipt]) -> list[UUID]:
    """Turn stored reports into message events and their consequences; return receipts that match no message.

    Runs inside the caller's transaction. Rows are taken in the order that `notifications.delivery.gate` declares:
    contacts, what waits to be sent, messages.
    """
    wanted = {receipt.message_id for receipt in receipts if receipt.message_id}
    known = list(Message.objects.filter(pk__in=wanted).values_list("pk", "contact_id", "channel", "contact__erased_at"))
    contact_of = {pk: contact_id for pk, contact_id, *_ in known}
    others = {pk for pk, _, channel, _ in known if channel != "email"}
    erased = {pk for pk, *_, erased_at in known if erased_at is not None}
    strip_reports([receipt for receipt in receipts if receipt.message_id in erased])
    matched = [receipt for receipt in receipts if receipt.message_id in contact_of]
    events = [_message_event(receipt, receipt.message_id) for receipt in matched if receipt.message_id]
    MessageEvent.objects.bulk_create(events, ignore_conflicts=True)
    lock_contacts(contact_of[event.message_id] for event in events if _concerns_person(event))
    follow_mail_reports([event for event in events if event.message_id not in others], contact_of)
    follow_phone_reports([event for event in events if event.message_id in others], contact_of)
    _note_engagement([event for event in events if event.message_id not in erased], contact_of)
    if events:
        evidence_expected.send(sender=Message, message_ids=sorted({event.message_id for event in events}))
    _set_facts(events)
    _advance(events)
    ask_again(events, contact_of)
    mark_messages(event.message_id for event in events)
    _announce(events)
    return [receipt.pk for receipt in receipts if receipt.message_id not in contact_of]


def _message_event(receipt: WebhookReceipt, message_id: UUID) -> MessageEvent:
    machine = receipt.raw.get("machine", "")
    return MessageEvent(
        id=receipt.pk, message_id=message_id, kind=receipt.kind, occurred_at=receipt.occurred_at,
        provider="" if receipt.provider == "own" else receipt.provider, is_machine=bool(machine),
        machine_reason=machine, detail=receipt.raw.get("detail", {}),
    )  # fmt: skip


def _concerns_person(event: MessageEvent) -> bool:
    """Whether it may change something about the contact: what we may send them, or how engaged they are."""
    return event.kind in _OF_PERSON or (event.kind in _SIGNS and not event.is_machine)


def _set_facts(events: Iterable[MessageEvent]) -> None:
    """Keep the earliest time of each fact; opens and clicks of machines are no facts about the person."""
    earliest: dict[UUID, dict[str, datetime]] = defaultdict(dict)
    for event in events:
        column = FACT_COLUMNS.get(event.kind)
        if column and not event.is_machine:
            known = earliest[event.message_id].get(column)
            earliest[event.message_id][column] = min(known or event.occurred_at, event.occurred_at)
    if not earliest:
        return
    ids = sorted(earliest)
    assignments = ", ".join(f"{column} = least(m.{column}, v.{column})" for column in _COLUMNS)
    arrays = ", ".join(["%s::uuid[]", *["%s::timestamptz[]"] * len(_COLUMNS)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE tracking_message m SET {assignments}"
            f" FROM unnest({arrays}) AS v(id, {', '.join(_COLUMNS)}) WHERE m.id = v.id",
            [ids, *[[earliest[one].get(column) for one in ids] for column in _COLUMNS]],
        )


def _advance(events: Sequence[MessageEvent]) -> None:
    """Move states: a delivery ends the journey; any report of a provider proves that it accepted an uncertain mail.

    A mail that was handed over once and waits to go again is settled by what only an accepted mail brings about.
    """
    delivered = {event.message_id: event.occurred_at for event in events if event.kind == Kind.DELIVERED}
    if delivered:
        lifecycle.move(sorted(delivered), Message.State.DELIVERED, at=max(delivered.values()))
    proven = {event.message_id for event in events if event.provider or event.kind in {Kind.OPENED, Kind.CLICKED}}
    proven -= set(delivered)
    certain = {event.message_id for event in events if event.kind in _PROOF and event.message_id in proven}
    again = Q(pk__in=certain, state__in=_WAITING) & ~Q(call_ids=[])
    unsettled = Message.objects.filter(Q(pk__in=proven, state=Message.State.UNKNOWN) | again)
    open_ids = sorted(unsettled.values_list("pk", flat=True)) if proven else []
    settled = lifecycle.move(open_ids, Message.State.SENT, at=max(event.occurred_at for event in events)) \
        if open_ids else []  # fmt: skip
    if delivered or settled:
        evidence_found.send(sender=Message, message_ids=[*delivered, *settled])


def _note_engagement(events: Iterable[MessageEvent], contact_of: dict[UUID, int]) -> None:
    """Write human opens and clicks onto the contact, where segments and sunset rules read them."""
    for kind, column in ((Kind.OPENED, "last_opened_at"), (Kind.CLICKED, "last_clicked_at")):
        latest: dict[int, datetime] = {}
        for event in events:
            if event.kind == kind and not event.is_machine:
                contact_id = contact_of[event.message_id]
                latest[contact_id] = max(latest.get(contact_id, event.occurred_at), event.occurred_at)
        if latest:
            _raise_times(column, latest)
    note_engagement(
        [
            Seen(contact_id=contact_of[event.message_id], sign=_SIGNS[event.kind], at=event.occurred_at)
            for event in events
            if event.kind in _SIGNS and not event.is_machine
        ]
    )


_SIGNS: dict[str, Sign] = {Kind.OPENED: Sign.OPEN, Kind.CLICKED: Sign.CLICK}


def _raise_times(column: str, latest: dict[int, datetime]) -> None:
    ids = sorted(latest)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE preferences_contact c SET {column} = greatest(c.{column}, v.at)"
            " FROM unnest(%s::bigint[], %s::timestamptz[]) AS v(id, at) WHERE c.id = v.id",
            [ids, [latest[one] for one in ids]],
        )


def _announce(events: Iterable[MessageEvent]) -> None:
    if message_event_recorded.has_listeners(MessageEvent):
        for event in events:
            message_event_recorded.send(sender=MessageEvent, message_event=event)
