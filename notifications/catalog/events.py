"""How is an event declared that causes no mail by itself? So that it is taken in, cancels mail, or counts as income."""

from __future__ import annotations

from pydantic import BaseModel

from config.queues import Stream
from tracking.schemas import EventSchema, register_schema
from tracking.worth import EventValue

#: Every event declared without a type, by its name.
declared_events: dict[str, EventSchema] = {}


def declare_event(
    name: str, payload: type[BaseModel], *, value: EventValue | None = None, stream: str = Stream.NOTIFICATION
) -> None:
    """Make an event known, in an app's `notifications.py`; a type of the same event adds its mail to it.

        declare_event("order.refunded", OrderRefunded, value=EventValue(
            amount="amount", currency="currency", reference="order_number", refunds="order.placed"))

    Faults in a declaration are system checks, not exceptions.
    """
    schema = EventSchema(name=name, payload=payload, stream=stream, value=value)
    declared_events[name] = schema
    register_schema(schema)


def value_of(name: str) -> EventValue | None:
    """What an event is worth by its own declaration."""
    schema = declared_events.get(name)
    return schema.value if schema else None
