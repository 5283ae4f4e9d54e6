"""How does the log forget a person? What happened stays, by ids, codes and times; what says who it was goes.

Reports are found by their message events, which have their ids, so that no large table is searched by its text. Only
events that no contact could be told of, and reports that could not be used, are looked through for the address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from preferences.holdings import Holding, Traces, register_holding
from tracking.models import Conversion, Event, Message, MessageEvent, WebhookReceipt

#: What of a message event's detail says nothing about the person.
KEPT_DETAILS = ("reason", "link", "note", "by")


def register() -> None:
    """Have the log counted, exported and looked through."""
    for holding in (
        Holding(name="events", title="events, with all their values", count=_count(Event), export=_export_events,
                erase=erase_events),
        Holding(name="messages", title="messages in the log (they stay, without address and content)",
                count=_count(Message), export=_export_messages, erase=erase_domains),
        Holding(name="conversions", title="conversions (they stay, without their reference)",
                count=_count_conversions, export=_export_conversions, erase=erase_references),
        Holding(name="reports", export=_export_facts, erase=erase_details),
        Holding(name="receipts", title="reports of providers and readers, as they came", count=_count_receipts,
                erase=erase_receipts),
        Holding(name="strays", erase=erase_strays),
        Holding(name="unused receipts", erase=erase_unused),
    ):  # fmt: skip
        register_holding(holding)


def erase_events(traces: Traces, limit: int) -> int:
    """What the person did: values, faults, secrets and keys go, and with the keys their claims."""
    return _run(
        "WITH wanted AS (SELECT id, source, key FROM tracking_event WHERE contact_id = %(contact)s"
        " AND (payload <> '{}' OR faults <> '[]' OR key <> '' OR secrets IS NOT NULL OR body_digest IS NOT NULL)"
        " LIMIT %(limit)s FOR UPDATE SKIP LOCKED),"
        " claims AS (DELETE FROM tracking_eventclaim c USING wanted w"
        " WHERE w.key <> '' AND c.scope = w.source AND c.key = w.key)"
        f" UPDATE tracking_event e SET {_EMPTY_EVENT} FROM wanted w WHERE e.id = w.id",
        traces, limit,
    )  # fmt: skip


def erase_strays(traces: Traces, limit: int) -> int:
    """Refused events that are about nobody we could tell, but whose values name the person."""
    return _run(
        f"UPDATE tracking_event SET {_EMPTY_EVENT} WHERE id IN (SELECT id FROM tracking_event WHERE contact_id IS NULL"
        " AND concat_ws(' ', payload, faults, key) ~* %(pattern)s LIMIT %(limit)s)",
        traces, limit,
    )  # fmt: skip


def erase_domains(traces: Traces, limit: int) -> int:
    """A domain may be somebody's own, with their name in it."""
    return _run(
        "UPDATE tracking_message SET recipient_domain = '' WHERE id IN (SELECT id FROM tracking_message"
        " WHERE contact_id = %(contact)s AND recipient_domain <> '' LIMIT %(limit)s)",
        traces, limit,
    )  # fmt: skip


def erase_references(traces: Traces, limit: int) -> int:
    """What was bought stays as an amount; the number of the order may lead to the person."""
    return _run(
        "UPDATE tracking_conversion SET reference = '' WHERE event_id IN (SELECT event_id FROM tracking_conversion"
        " WHERE contact_id = %(contact)s AND reference <> '' LIMIT %(limit)s)",
        traces, limit,
    )  # fmt: skip


def erase_details(traces: Traces, limit: int) -> int:
    """What became of a mail stays; answers of servers and the names of mail programs go."""
    return _run(
        "UPDATE tracking_messageevent SET detail = (SELECT coalesce(jsonb_object_agg(d.key, d.value), '{}')"
        " FROM jsonb_each(detail) d WHERE d.key = ANY(%(kept)s)) WHERE id IN (SELECT e.id FROM tracking_message m"
        " JOIN tracking_messageevent e ON e.message_id = m.id"
        " WHERE m.contact_id = %(contact)s AND e.detail - %(kept)s::text[] <> '{}' LIMIT %(limit)s)",
        traces, limit,
    )  # fmt: skip


def erase_receipts(traces: Traces, limit: int) -> int:
    """The bodies of reports about the person's mails; those that wait are emptied as they are worked off."""
    return _run(
        "UPDATE tracking_webhookreceipt SET raw = '{}' WHERE id IN (SELECT r.id FROM tracking_message m"
        " JOIN tracking_messageevent e ON e.message_id = m.id JOIN tracking_webhookreceipt r ON r.id = e.id"
        " WHERE m.contact_id = %(contact)s AND r.processed_at IS NOT NULL AND r.raw <> '{}' LIMIT %(limit)s)",
        traces, limit,
    )  # fmt: skip


def erase_unused(traces: Traces, limit: int) -> int:
    """Reports that named no mail of ours, or could not be read; they have an index of their own."""
    return _run(
        "UPDATE tracking_webhookreceipt SET raw = '{}' WHERE id IN (SELECT id FROM tracking_webhookreceipt"
        " WHERE problem <> '' AND raw <> '{}' AND raw::text ~* %(pattern)s LIMIT %(limit)s)",
        traces, limit,
    )  # fmt: skip


def strip_reports(receipts: Sequence[WebhookReceipt]) -> None:
    """Of reports that come in about somebody who was erased, keep what the log keeps, and nothing as it came."""
    for receipt in receipts:
        detail = {key: value for key, value in receipt.raw.get("detail", {}).items() if key in KEPT_DETAILS}
        receipt.raw = {"machine": receipt.raw.get("machine", ""), "detail": detail}
    if receipts:
        WebhookReceipt.objects.filter(pk__in=[receipt.pk for receipt in receipts]).update(raw={})


_EMPTY_EVENT = "payload = '{}', faults = '[]', key = '', secrets = NULL, body_digest = NULL"


def pattern_of(traces: Traces) -> str:
    """A regular expression of PostgreSQL's that finds the person in the text of a JSON value; never matches if empty.

    The texts stand there as JSON writes them.
    """
    return "|".join(re.escape(json.dumps(text, ensure_ascii=False)[1:-1]) for text in traces.texts) or "$."


def _run(statement: str, traces: Traces, limit: int) -> int:
    values: dict[str, Any] = {
        "contact": traces.contact_id, "limit": limit, "pattern": pattern_of(traces), "kept": list(KEPT_DETAILS),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def _count(model: type[Event] | type[Message]) -> Any:
    return lambda contact_id: model._default_manager.filter(contact_id=contact_id).count()


def _count_conversions(contact_id: int) -> int:
    return Conversion.objects.filter(contact_id=contact_id).count()


def _export_conversions(contact_id: int) -> Sequence[dict[str, Any]]:
    rows: QuerySet[Any] = Conversion.objects.filter(contact_id=contact_id).order_by("event_id")
    return list(rows.values(
        "event_id", "name", "amount", "currency", "reference", "occurred_at", "message_id", "attributed_by",
        "touched_at",
    ))  # fmt: skip


def _count_receipts(contact_id: int) -> int:
    return _facts(contact_id).count()


def _facts(contact_id: int) -> QuerySet[MessageEvent]:
    return MessageEvent.objects.filter(message__contact_id=contact_id)


def _export_events(contact_id: int) -> Sequence[dict[str, Any]]:
    rows: QuerySet[Any] = Event.objects.filter(contact_id=contact_id).order_by("id")
    return list(rows.values("id", "name", "source", "key", "state", "payload", "faults", "received_at", "send_at"))


def _export_messages(contact_id: int) -> Sequence[dict[str, Any]]:
    rows: QuerySet[Any] = Message.objects.filter(contact_id=contact_id).order_by("id")
    return list(rows.values(
        "id", "channel", "type_key", "topic_key", "stream", "template_ref", "state", "reason", "provider",
        "created_at", "sent_at", "delivered_at", "opened_at", "clicked_at", "bounced_at", "complained_at",
        "unsubscribed_at",
    ))  # fmt: skip


def _export_facts(contact_id: int) -> Sequence[dict[str, Any]]:
    rows: QuerySet[Any] = _facts(contact_id).order_by("id")
    return list(rows.values("message_id", "kind", "occurred_at", "provider", "is_machine", "detail"))
