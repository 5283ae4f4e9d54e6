"""Which mails' figures are out of date?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection

_HOUR_MS = 3_600_000


def mark_messages(message_ids: Iterable[UUID]) -> None:
    """Have the cohorts of these mails counted again, once the caller's transaction is committed.

    One insert of a row or two, whatever the number of mails; it meets no other transaction's rows.
    """
    hours = sorted({(one.int >> 80) // _HOUR_MS for one in message_ids})
    if hours:
        values = ", ".join(["(%s)"] * len(hours))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO tracking_figuremark (cohort) VALUES {values}", [_moment(hour) for hour in hours]
            )


def cohort_of(message_id: UUID) -> datetime:
    """The hour in which a mail was created."""
    return _moment((message_id.int >> 80) // _HOUR_MS)


def _moment(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * 3600, tz=UTC)
