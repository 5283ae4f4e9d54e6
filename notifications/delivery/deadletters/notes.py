"""How does a mail's timeline learn what a person did about it?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from tracking.models import MessageEvent


def note(message_ids: Iterable[UUID], code: str, *, at: datetime, by: int | None) -> None:
    """Leave a line in each mail's timeline. `by` is a user's id, never a name: the table is append-only."""
    MessageEvent.objects.bulk_create(
        MessageEvent(message_id=one, kind=MessageEvent.Kind.OTHER, occurred_at=at, detail={"note": code, "by": by})
        for one in message_ids
    )
