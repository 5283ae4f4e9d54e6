"""How long are reports kept as they came, and figures and conversions? So many days each."""

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


def purge_figures() -> int:
    """Delete figures of mails, and conversions, that are past their time; return how many rows."""
    before = clock.now() - timedelta(days=settings.POSTRIDER_FIGURE_DAYS)
    deleted = 0
    for table, key, column in (
        ("tracking_figure", "id", "cohort"),
        ("tracking_figurecohort", "cohort", "cohort"),
        ("tracking_conversion", "event_id", "occurred_at"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {column} < %s LIMIT %s)",
                [before, MOST_ROWS],
            )
            deleted += cursor.rowcount
    return deleted


def _delete_old(before: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {_TABLE} WHERE id IN (SELECT id FROM {_TABLE} WHERE id < %s AND processed_at IS NOT NULL"
            " AND received_at < %s LIMIT %s)",
            [id_floor(before), before, MOST_ROWS],
        )
        return int(cursor.rowcount)
