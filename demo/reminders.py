"""What became of the reminder of somebody's cart? And how is it seen without waiting for 45 minutes?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.http import HttpRequest

from demo.links import mails_url, why_url
from demo.notifications import AbandonedCart
from notifications.delivery.timelapse import let_pass
from notifications.explanation import explain, phase_of
from preferences.models import Contact
from tracking.models import Message

MINUTES = int(AbandonedCart.delay.total_seconds() // 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """The newest reminder of a customer's cart, as developers see it."""

    is_waiting: bool
    due_at: datetime
    sentence: str
    why_url: str
    mails_url: str
    minutes: int = MINUTES


def find_reminder(request: HttpRequest) -> Reminder | None:
    """The visitor's newest one; None where there is none yet, for strangers, and in production."""
    user = request.user
    if not isinstance(user, User) or not mails_url(""):
        return None
    message = Message.objects.filter(contact__user=user, type_key=AbandonedCart.key).order_by("-id").first()
    if message is None or message.event_id is None:
        return None
    return Reminder(
        is_waiting=message.state == Message.State.QUEUED, due_at=message.due_at,
        sentence=explain(message, phase=phase_of(message)), why_url=why_url(message.event_id),
        mails_url=mails_url(user.email),
    )  # fmt: skip


def let_the_wait_pass(user: User) -> None:
    """As if the cart had been left for as long as the reminder waits."""
    contact = Contact.objects.filter(user=user).first()
    if contact is not None:
        let_pass(AbandonedCart.delay, contact_id=contact.pk, type_key=AbandonedCart.key)
