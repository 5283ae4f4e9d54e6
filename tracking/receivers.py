"""What does tracking listen to?"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from preferences.models import Contact
from preferences.signals import resubscribed, unsubscribed
from tracking.events import record_event
from tracking.figures.marking import mark_messages
from tracking.models import Event, Message, MessageEvent
from tracking.signals import event, withdrawal
from tracking.withdrawals import record_withdrawal


def connect() -> None:
    """Connect the receivers; connecting twice is harmless."""
    event.connect(on_event, dispatch_uid="tracking.event")
    withdrawal.connect(on_withdrawal, dispatch_uid="tracking.withdrawal")
    unsubscribed.connect(on_unsubscribed, dispatch_uid="tracking.unsubscribed")
    resubscribed.connect(on_resubscribed, dispatch_uid="tracking.resubscribed")


def on_event(
    sender: Any, *, name: str, contact: Any = None, payload: Any = None, key: str = "", send_at: Any = None, **_: Any
) -> Event:
    """Record what the application raised."""
    return record_event(name, contact=contact, payload=payload, key=key, send_at=send_at)


def on_withdrawal(sender: Any, *, name: str, contact: Any = None, key: str = "", **_: Any) -> Event:
    """Record what the application takes back."""
    return record_withdrawal(name, contact=contact, key=key)


def on_unsubscribed(sender: Any, *, contact: Contact, message_id: UUID | None, reason: str = "", **_: Any) -> None:
    """Note an unsubscribe on the mail it came from, and afterwards why, as a second fact with a reason."""
    mail = Message.objects.filter(pk=message_id, contact=contact) if message_id else Message.objects.none()
    if message_id and (mail.exists() if reason else mail.update(unsubscribed_at=timezone.now())):
        detail = {"reason": reason} if reason else {}
        _note(message_id, MessageEvent.Kind.UNSUBSCRIBED, at=timezone.now(), detail=detail)


def on_resubscribed(sender: Any, *, contact: Contact, message_id: UUID | None, **_: Any) -> None:
    """Note an undone unsubscribe on the mail it came from."""
    if message_id and Message.objects.filter(pk=message_id, contact=contact).exists():
        _note(message_id, MessageEvent.Kind.RESUBSCRIBED, at=timezone.now())


def _note(message_id: UUID, kind: MessageEvent.Kind, *, at: datetime, detail: dict[str, Any] | None = None) -> None:
    MessageEvent.objects.create(message_id=message_id, kind=kind, occurred_at=at, detail=detail or {})
    mark_messages([message_id])
