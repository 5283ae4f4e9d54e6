"""Which events and mails stand in a person's timeline? Read along the index of each contact's rows, from its end."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from config.screens import page_of
from preferences.timelines import Happening, register_timeline
from tracking.models import Event, Message

_EVENT_TONES = {Event.State.REFUSED: "bad", Event.State.DUPLICATE: "warn"}
_GOOD = frozenset({Message.State.SENT, Message.State.DELIVERED})
_BAD = frozenset({Message.State.FAILED, Message.State.DEAD})
_BUSY = frozenset({Message.State.QUEUED, Message.State.CLAIMED, Message.State.SENDING})
#: Facts of a mail that say more than its state, the strongest first.
_FACTS = (
    ("complained_at", "reported as spam", "bad"), ("bounced_at", "bounced", "bad"),
    ("unsubscribed_at", "unsubscribed by it", "warn"), ("clicked_at", "clicked", "good"),
    ("opened_at", "opened", "good"),
)  # fmt: skip


def register() -> None:
    """Show both on the pages of contacts."""
    register_timeline("events", "Events", read_events)
    register_timeline("mails", "Mails", read_messages)


def read_events(contact_id: int, before: UUID | None, most: int) -> Sequence[Happening]:
    """What the person did in the product."""
    rows: QuerySet[Event] = Event.objects.filter(contact_id=contact_id).defer("payload", "secrets")
    return [_event(row) for row in _older(rows, before)[:most]]


def read_messages(contact_id: int, before: UUID | None, most: int) -> Sequence[Happening]:
    """What was sent to them, or was not."""
    rows: QuerySet[Message] = Message.objects.filter(contact_id=contact_id).defer("trail", "call_ids")
    return [_message(row) for row in _older(rows, before)[:most]]


def _older(rows: QuerySet, before: UUID | None) -> QuerySet:  # type: ignore[type-arg] # of either model
    return (rows.filter(id__lt=before) if before else rows).order_by("-id")


def _event(row: Event) -> Happening:
    detail = "" if row.state == Event.State.ACCEPTED else str(Event.State(row.state).label)
    return Happening(
        id=row.pk, at=row.received_at, title=row.name, detail=detail, url=page_of(row), icon="bolt",
        tone=_EVENT_TONES.get(Event.State(row.state), ""),
    )  # fmt: skip


def _message(row: Message) -> Happening:
    said, tone = next(((words, tone) for name, words, tone in _FACTS if getattr(row, name)), ("", ""))
    state = Message.State(row.state)
    channel = "" if row.channel == "email" else f" · {row.channel}"
    return Happening(
        id=row.pk, at=row.created_at, title=row.type_key or row.source,
        detail=f"{state.label}{f', {said}' if said else ''}{channel}", url=page_of(row), icon="mail",
        tone=tone or _tone_of(state),
    )  # fmt: skip


def _tone_of(state: Message.State) -> str:
    if state in _GOOD:
        return "good"
    if state in _BAD:
        return "bad"
    return "busy" if state in _BUSY else "warn"
