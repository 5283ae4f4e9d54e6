"""How does a dead letter end without being sent again?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from notifications.delivery.deadletters.notes import note
from notifications.delivery.models import DeadLetter
from tracking.models import Message

BATCH = 1000


def discard(message_ids: Sequence[UUID], *, at: datetime, by: int | None = None) -> int:
    """Wipe what these mails hold, for good; return how many. The rows stay, so the log can say what became of them.

    `by` is the member of staff (user id). Commits a batch at a time; what is being replayed meanwhile is left alone.
    """
    ids = list(message_ids)
    return sum(_discard_batch(ids[start : start + BATCH], at=at, by=by) for start in range(0, len(ids), BATCH))


@transaction.atomic
def _discard_batch(ids: Sequence[UUID], *, at: datetime, by: int | None) -> int:
    list(Message.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_deadletter SET discarded_at = %s, payload = '{}', secrets = NULL"
            " WHERE message_id = ANY(%s) AND discarded_at IS NULL RETURNING message_id",
            [at, list(ids)],
        )
        gone = [row[0] for row in cursor.fetchall()]
    note(gone, "discarded", at=at, by=by)
    return len(gone)


def forget_accepted(message_ids: Sequence[UUID]) -> int:
    """Drop the dead letters of mails that late evidence proved accepted; return how many."""
    proven = DeadLetter.objects.filter(pk__in=message_ids, message__state__in=["sent", "delivered"])
    return proven.delete()[0]
