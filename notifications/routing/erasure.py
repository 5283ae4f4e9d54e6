"""How does routing forget a person? Open digests are dropped, and no digest keeps what stood in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from config import clock
from notifications.routing.models import Digest, DigestItem
from preferences.holdings import Holding, Traces, register_holding


def register() -> None:
    """Have digests counted, exported and looked through."""
    register_holding(
        Holding(
            name="digests", title="items of digests", count=_count, export=_export, erase=erase_digests,
        )
    )  # fmt: skip


def erase_digests(traces: Traces, limit: int) -> int:
    """Drop what is open and empty what was sent; return of how many rows."""
    theirs = Digest.objects.filter(contact_id=traces.contact_id)
    dropped = theirs.filter(state=Digest.State.OPEN).update(
        state=Digest.State.DROPPED, reason="erased", closed_at=clock.now()
    )
    dropped += theirs.exclude(state=Digest.State.OPEN).exclude(group_key="").update(group_key="")
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY_ITEMS, [traces.contact_id, limit])
        return int(cursor.rowcount) + dropped


_EMPTY_ITEMS = (
    "UPDATE notifications_digestitem SET payload = '{}' WHERE id IN (SELECT i.id FROM notifications_digestitem i"
    " JOIN notifications_digest d ON d.id = i.digest_id WHERE d.contact_id = %s AND i.payload <> '{}' LIMIT %s)"
)


def _count(contact_id: int) -> int:
    return DigestItem.objects.filter(digest__contact_id=contact_id).count()


def _export(contact_id: int) -> Sequence[dict[str, Any]]:
    rows: QuerySet[Any] = DigestItem.objects.filter(digest__contact_id=contact_id).order_by("id")
    return list(rows.values("digest__type_key", "digest__channel", "digest__state", "event_id", "payload", "added_at"))
