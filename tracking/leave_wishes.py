"""How are unsubscribes by mail taken in and followed? Stored first, answered, then worked off with the reports.

A receipt holds whose wish it was, by ids, and nothing else of the mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone

from config.ids import derived_id
from config.queues import WEBHOOKS, ring_on_commit
from preferences.choices import unsubscribe
from preferences.links import Leave
from preferences.merged import follow_merge
from preferences.models import Contact, Topic
from tracking.models import WebhookReceipt

#: The kind of such a receipt.
KIND = "unsubscribe_mail"
SOURCE = "unsubscribe by mail"

_ANSWER = "an automatic answer, which is nobody's wish"
_NOBODY = "names nobody who is here"


def accept_wish(leave: Leave, *, provider: str, event_key: str, is_answer: bool) -> None:
    """Store a wish that came in by mail; the same mail again is the same receipt. An automatic answer is only kept."""
    wish = {"contact": leave.contact_id, "topic": leave.topic_id, "message": str(leave.message_id)}
    key = f"{provider}\0{KIND}\0{wish}\0{event_key}".encode()
    receipt = WebhookReceipt(
        id=derived_id(None, key), provider=provider, kind=KIND, occurred_at=timezone.now(),
        message_id=leave.message_id if leave.message_id.int else None, raw={"wish": wish, "is_answer": is_answer},
    )  # fmt: skip
    WebhookReceipt.objects.bulk_create([receipt], ignore_conflicts=True)
    ring_on_commit(WEBHOOKS)


def follow_wishes(receipts: Sequence[WebhookReceipt]) -> None:
    """Unsubscribe who asked for it; takes contact locks in id order. Runs in the caller's transaction."""
    for receipt in sorted(receipts, key=lambda one: int(one.raw["wish"]["contact"])):
        if problem := _follow(receipt):
            WebhookReceipt.objects.filter(pk=receipt.pk).update(processed_at=Now(), problem=problem)


def _follow(receipt: WebhookReceipt) -> str:
    """What was wrong, or ""."""
    if receipt.raw["is_answer"]:
        return _ANSWER
    wish = receipt.raw["wish"]
    contact = follow_merge(Contact.objects.filter(pk=wish["contact"]).first())
    if contact is None or contact.erased_at is not None:
        return _NOBODY
    # A topic that is gone means everything, as it does behind the link.
    topic = Topic.objects.filter(pk=wish["topic"]).first() if wish["topic"] else None
    message_id = UUID(wish["message"])
    unsubscribe(contact, topic=topic, source=SOURCE, message_id=message_id if message_id.int else None)
    return ""
