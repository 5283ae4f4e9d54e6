"""Can an event say what it is worth, with a type or without, and is a faulty declaration named?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from notifications.catalog import EventValue, NotificationType, declare_event
from notifications.catalog.checks import check_types, faults_of
from notifications.catalog.events import declared_events
from notifications.routing.router import has_waiting, route_waiting
from preferences.models import Contact
from tests.types import parcel_type
from tracking.models import Conversion, Event
from tracking.schemas import find_schema, forget_schema
from tracking.signals import event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("new_types"), pytest.mark.req("K6")]


class Order(BaseModel):
    total: str
    code: SecretStr = SecretStr("x")


class Sale(BaseModel):
    order: Order
    currency: str = "EUR"
    pin: SecretStr = SecretStr("0000")


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    for name in ("sale.made",):
        declared_events.pop(name, None)
        forget_schema(name)


def faults(**attributes: Any) -> set[str]:
    """Of a type that is declared so, and known to nobody."""
    given = {"key": "sale", "stream": "notification", "event": "sale.made", "template": "sale", **attributes}
    return ids(faults_of(type("Sales", (NotificationType,), given)))


def ids(found: list[Any]) -> set[str]:
    return {str(one.id) for one in found}


def test_an_event_without_mail_counts_and_is_done_with(ada: Contact) -> None:
    declare_event("sale.made", Order, value=EventValue(amount="total"))
    event.send(sender=None, name="sale.made", contact=ada, payload={"total": "5"})
    assert Conversion.objects.get().amount == 500
    while route_waiting("notification"):
        pass
    assert not has_waiting("notification")
    assert Event.objects.get().routed_at is not None


def test_a_types_event_counts() -> None:
    value = EventValue(amount="number")
    parcel_type(value=value)
    schema = find_schema("parcel.sent")
    assert schema is not None
    assert schema.value == value


def test_a_type_and_a_declared_event_go_together() -> None:
    value = EventValue(amount="total")
    declare_event("parcel.sent", Order, value=value)
    try:
        parcel_type()
        schema = find_schema("parcel.sent")
        assert schema is not None
        assert schema.value == value
    finally:
        declared_events.pop("parcel.sent")


@pytest.mark.parametrize("path", ["total", "order", "order.code", "pin", "order.total.cents"])
def test_a_value_must_be_a_field_in_the_open(path: str) -> None:
    declare_event("sale.made", Sale, value=EventValue(amount=path))
    assert "catalog.E032" in ids(check_types())
    assert "catalog.E031" in faults(payload=Sale, value=EventValue(amount=path))


def test_a_right_value_is_no_fault() -> None:
    declare_event("sale.made", Sale, value=EventValue(amount="order.total", currency="currency"))
    assert "catalog.E032" not in ids(check_types())


@pytest.mark.parametrize("fields", [("nothing",), ("pin",)])
def test_what_everybody_may_read_is_there_and_no_secret(fields: tuple[str, ...]) -> None:
    assert "catalog.E030" in faults(payload=Sale, shared_fields=fields)
