"""What must happen after a backup was restored? What the backup still shows as waiting may have been sent since."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from config import clock
from tracking import lifecycle
from tracking.models import Message

BATCH = 5000


def distrust_waiting(restored_to: datetime) -> int:
    """Call every unsettled mail unknown that the backup of `restored_to` holds, or its events; return how many.

    Run it before any worker starts. Mails that came later than the backup are not concerned. Unknown mails are not
    sent again by themselves: only evidence, or a person, settles them.
    """
    total = 0
    while ids := _distrust_batch(restored_to):
        total += len(ids)
    return total


@transaction.atomic
def _distrust_batch(restored_to: datetime) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_outbox SET state = 'unknown', call_id = NULL, lease_until = NULL, fence = fence + 1"
            " WHERE message_id IN (SELECT o.message_id FROM notifications_outbox o"
            " JOIN tracking_message m ON m.id = o.message_id"
            " LEFT JOIN tracking_event e ON e.id = m.event_id WHERE o.state <> 'unknown'"
            " AND least(m.created_at, e.received_at) <= %s LIMIT %s FOR UPDATE OF o) RETURNING message_id",
            [restored_to, BATCH],
        )
        ids = [row[0] for row in cursor.fetchall()]
    if ids:
        lifecycle.move(ids, Message.State.UNKNOWN, at=clock.now(), reason="restored")
    return ids
