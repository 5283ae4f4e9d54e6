"""How do tests make mails of the past, what people did with them, and what they bought?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from config.ids import derived_id, new_id
from preferences.models import Contact
from tracking.conversions import conversions_of
from tracking.figures.marking import mark_messages
from tracking.models import Conversion, Event, Message
from tracking.receipts import Report, accept_reports, process_batch
from tracking.schemas import EventSchema, find_schema, register_schema
from tracking.worth import EventValue

#: Noon of a day long past the second look of every conversion.
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)


class Bought(BaseModel):
    """An order."""

    total: str
    currency: str = "EUR"
    number: str = ""


def declare_purchases(**fields: Any) -> None:
    """ "shop.bought" is worth its total, "shop.returned" takes it back."""
    given = {"amount": "total", "currency": "currency", "reference": "number", **fields}
    for name, refunds in (("shop.bought", ""), ("shop.returned", "shop.bought")):
        value = EventValue(**given, refunds=refunds)
        register_schema(EventSchema(name=name, payload=Bought, stream="notification", value=value))


def make_mail(contact: Contact, *, at: datetime = NOON, source: str = "campaign:1", **fields: Any) -> Message:
    """A sent mail."""
    given = {
        "type_key": "offers", "part": new_id().hex, "stream": "marketing", "topic_key": "offers", "state": "sent",
        "recipient_domain": contact.email.rpartition("@")[2], "sent_at": at, "created_at": at, **fields,
    }  # fmt: skip
    mail = Message.objects.create(id=derived_id(at, new_id().bytes), contact=contact, source=source, **given)
    mark_messages([mail.pk])
    return mail


def tell(mail: Message, kind: str, at: datetime, *, machine: str = "", key: str = "", **detail: Any) -> Report:
    """A report about a mail, not taken in yet."""
    return Report(
        provider="own", kind=kind, occurred_at=at, event_key=key or new_id().hex, message_id=mail.pk,  # type: ignore[arg-type]
        machine_reason=machine, detail=detail,
    )  # fmt: skip


def take_in(*reports: Report) -> None:
    """Store reports and work them off."""
    accept_reports(reports)
    while process_batch():
        pass


def buy(
    contact: Contact, total: str, *, at: datetime, name: str = "shop.bought", number: str = "", currency: str = "EUR"
) -> UUID:
    """An accepted event of the past, with its conversion."""
    schema = find_schema(name)
    assert schema is not None
    assert schema.value is not None
    event = Event.objects.create(
        id=derived_id(at, new_id().bytes), name=name, contact=contact, state="accepted", stream="notification",
        payload={"total": total, "currency": currency, "number": number}, received_at=at, routed_at=at,
    )  # fmt: skip
    Conversion.objects.bulk_create(conversions_of([(event, schema.value)]))
    return event.pk


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


__all__ = ["NOON", "Bought", "buy", "declare_purchases", "make_mail", "minutes", "take_in", "tell"]
