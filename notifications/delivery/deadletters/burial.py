"""How does a mail that will not be sent leave the outbox, and keep all it needs to be sent after all?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from notifications.delivery.models import WAITING_COLUMNS, DeadLetter, Outbox

_KEPT = ", ".join(WAITING_COLUMNS)
_ALL = f"message_id, {_KEPT}, cause, code, answer, provider_key, recipient_domain, died_at"

_WIDTHS: dict[str, int | None] = {
    field.name: field.max_length for field in DeadLetter._meta.local_fields if field.name in {"cause", "code", "answer"}
}

# One statement, so that no moment exists in which a mail is in neither table. A replayed mail may die again.
_BURY = (
    f"WITH gone AS (DELETE FROM notifications_outbox o"
    " USING unnest(%s::uuid[], %s::int[], %s::text[], %s::text[], %s::text[])"
    " AS v(id, fence, cause, code, answer)"
    " WHERE o.message_id = v.id AND o.state = %s AND (v.fence IS NULL OR o.fence = v.fence)"
    f" RETURNING o.message_id, {', '.join(f'o.{column}' for column in WAITING_COLUMNS)},"
    " v.cause, v.code, v.answer)"
    f" INSERT INTO notifications_deadletter ({_ALL})"
    f" SELECT gone.*, %s, m.recipient_domain, %s FROM gone JOIN tracking_message m ON m.id = gone.message_id"
    " ON CONFLICT (message_id) DO UPDATE SET discarded_at = NULL,"
    f" {', '.join(f'{column} = excluded.{column}' for column in _ALL.split(', ')[1:])}"
    " RETURNING message_id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Burial:
    """Why one mail ends. With a `fence` it is buried only for its current holder; None: whoever holds it.

    `cause` is a reason code; `code` and `answer` are the provider's, redacted.
    """

    message_id: UUID
    cause: str
    fence: int | None = None
    code: str = ""
    answer: str = ""


def bury(burials: Sequence[Burial], *, state: Outbox.State, at: datetime, provider_key: str = "") -> list[UUID]:
    """Move outbox rows that are in `state` to the dead letters; return the ids that were still there to move.

    The caller moves the messages themselves (`lifecycle.move` to failed or dead) in the same transaction.
    """
    if not burials:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_BURY, [*_columns(burials), state.value, provider_key, at])
        return [row[0] for row in cursor.fetchall()]


def _columns(burials: Sequence[Burial]) -> list[list[object]]:
    """One array a column, each value cut to its column's length."""
    return [
        [one.message_id for one in burials],
        [one.fence for one in burials],
        *([getattr(one, name)[:width] for one in burials] for name, width in _WIDTHS.items()),
    ]
