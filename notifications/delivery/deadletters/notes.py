"""How does a mail's timeline learn what a person did about it?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection

from config.ids import new_id
from tracking.models import MessageEvent


def note(
    message_ids: Iterable[UUID], code: str, *, at: datetime, by: int | None, causes: Mapping[UUID, str] | None = None
) -> None:
    """Leave a line in each mail's timeline. `by` is a user's id, never a name: the table is append-only.

    `causes` says, where it would be forgotten, what the mail had died of. One statement, whatever the number.
    """
    ids = list(message_ids)
    details = [json.dumps({"note": code, "by": by, **({"cause": causes[one]} if causes else {})}) for one in ids]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracking_messageevent (id, message_id, kind, occurred_at, provider, is_machine,"
            " machine_reason, detail) SELECT v.id, v.message_id, %s, %s, '', FALSE, '', v.detail::jsonb"
            " FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS v(id, message_id, detail)",
            [MessageEvent.Kind.OTHER.value, at, [new_id() for _ in ids], ids, details],
        )
