"""How is a source paused, resumed or cancelled? The only writer of holds."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from config.queues import STREAMS, ring_on_commit
from notifications.delivery.models import Hold, Outbox


def stream_source(stream: str) -> str:
    """The source that stands for everything in a stream."""
    return f"stream:{stream}"


def ensure_stream_holds() -> None:
    """Each stream has its row, so that the gate always has something to lock against a pause."""
    Hold.objects.bulk_create([Hold(source=stream_source(stream)) for stream in STREAMS], ignore_conflicts=True)


@transaction.atomic
def set_hold(source: str, state: Hold.State, *, reason: str = "") -> None:
    """Open, pause or cancel everything of one source; what is being sent at this moment is not stopped."""
    Hold.objects.get_or_create(source=source)
    Hold.objects.select_for_update().filter(pk=source).get()
    Hold.objects.filter(pk=source).update(state=state, reason=reason, changed_at=Now())


@transaction.atomic
def resume(source: str, *, at: datetime) -> int:
    """Open a paused source (or stream) and make its held mails due at once; return how many."""
    set_hold(source, Hold.State.OPEN)
    stream = source.removeprefix("stream:")
    held = Outbox.objects.filter(state=Outbox.State.DEFERRED, message__reason="held")
    held = held.filter(stream=stream) if stream in STREAMS else held.filter(source=source)
    count = held.update(due_at=at)
    for stream in STREAMS:
        ring_on_commit(stream)
    return count
