"""What if some time had passed already? Brings waiting mail forward, for a demo in which nobody wants to wait."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F

from config.queues import ring_on_commit
from notifications.delivery.models import Outbox
from tracking.models import Message

_RESTING = (Outbox.State.QUEUED, Outbox.State.RETRYING, Outbox.State.DEFERRED)


@transaction.atomic
def let_pass(passed: timedelta, *, contact_id: int, type_key: str) -> int:
    """Make a contact's waiting mails of a type due, and stale, so much sooner; return how many there were."""
    resting = Outbox.objects.filter(contact_id=contact_id, type_key=type_key, state__in=_RESTING)
    streams = dict(resting.select_for_update(skip_locked=True).values_list("message_id", "stream"))
    waiting = Outbox.objects.filter(message_id__in=streams)
    waiting.update(due_at=F("due_at") - passed, expires_at=F("expires_at") - passed)
    Message.objects.filter(pk__in=streams).update(due_at=F("due_at") - passed)
    for stream in sorted(set(streams.values())):
        ring_on_commit(stream)
    return len(streams)
