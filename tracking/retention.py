"""How long are reports kept as they came? So many days: what follows from them has been in the log for long."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from config import clock
from config.ids import id_floor
from config.partitions import drop_months

_TABLE = "tracking_webhookreceipt"
#: Rows that one run deletes of a month that is not over yet.
MOST_ROWS = 20_000


def purge_receipts() -> int:
    """Drop whole months that are past it, and delete what is past it in the others; return how many rows at least.

    What waits to be worked off is never touched.
    """
    before = clock.now() - timedelta(days=settings.POSTRIDER_RECEIPT_DAYS)
    deleted = _delete_old(before)
    return deleted + len(drop_months(_TABLE, before=before, unless="processed_at IS NULL"))


def _delete_old(before: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {_TABLE} WHERE id IN (SELECT id FROM {_TABLE} WHERE id < %s AND processed_at IS NOT NULL"
            " AND received_at < %s LIMIT %s)",
            [id_floor(before), before, MOST_ROWS],
        )
        return int(cursor.rowcount)
