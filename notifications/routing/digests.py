"""Which events wait to become one mail, and until when? A digest is open while items join, and is closed once.

Who joins locks the open digest, and who closes it locks it too: an item either gets in before the close, or opens the
next digest. So none is lost, none stands in two mails, and each window has one mail.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from config.ids import new_id
from notifications.catalog import NotificationType
from notifications.catalog.registry import find_type
from notifications.delivery.outbox import Claimed
from notifications.routing.models import Digest, DigestItem
from preferences.facts import Facts, gather_facts
from preferences.time_zones import next_local, zone_of
from tracking.models import Event

#: A person who asked for a day's digest waits no longer than this, whatever the clocks do.
_LONGEST: dict[str, timedelta] = {"daily": timedelta(days=2), "weekly": timedelta(days=8)}
_GROUP_LENGTH = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Where an event went; the one that leads opens a window and is sent at once."""

    digest_id: UUID
    is_leading: bool


def cadence_of(kind: type[NotificationType], frequency: str) -> Digest.Cadence | None:
    """How a type's mail is gathered for a person who wants it that often; None: at once."""
    if not kind.digest_template:
        return None
    if frequency in {Digest.Cadence.DAILY, Digest.Cadence.WEEKLY}:
        return Digest.Cadence(frequency)
    return Digest.Cadence.WINDOW if kind.batching else None


def join(
    event: Event, kind: type[NotificationType], facts: Facts, *, channel: str, cadence: Digest.Cadence, at: datetime
) -> Joined:
    """Add an event to the open digest of its contact, type, group and channel, or open one; inside a transaction.

    Joining twice changes nothing.
    """
    due_at, latest_at = _window(kind, facts, cadence, at=at)
    is_sliding = cadence == Digest.Cadence.WINDOW and kind.batching is not None and kind.batching.is_sliding
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN,
            {
                "id": new_id(), "contact": facts.contact_id, "type": kind.key, "group": group_of(event, kind),
                "channel": channel, "stream": kind.stream, "cadence": cadence.value, "at": at, "due": due_at,
                "latest": latest_at, "slides": is_sliding,
            },
        )  # fmt: skip
        digest_id, is_new = cursor.fetchone()
    leads = bool(is_new and cadence == Digest.Cadence.WINDOW and kind.batching and kind.batching.is_leading)
    if not leads:
        item = DigestItem(digest_id=digest_id, event_id=event.pk, payload=event.payload, added_at=at)
        DigestItem.objects.bulk_create([item], ignore_conflicts=True)
    return Joined(digest_id=digest_id, is_leading=leads)


def withdraw_items(event_ids: Iterable[UUID]) -> int:
    """Take events out of digests that are open still; return how many items went."""
    return DigestItem.objects.filter(event_id__in=list(event_ids), digest__state=Digest.State.OPEN).delete()[0]


def fold_beyond_cap(sender: Any, *, rows: Sequence[Claimed], at: datetime, **_: Any) -> None:
    """Let mails that the gate found to be one too many join the person's next daily digest of their type."""
    facts = gather_facts(row.contact_id for row in rows)
    events = _events_of(rows)
    for row in sorted(rows, key=lambda row: row.contact_id):
        kind, known = find_type(row.type_key), facts.get(row.contact_id)
        if kind is None or known is None or not kind.digest_template:
            continue
        for event in events[row.source]:
            join(event, kind, known, channel=row.channel, cadence=Digest.Cadence.DAILY, at=at)


# A second one with the same window joins the first: the update takes its row's lock, and moves a sliding end.
_OPEN = """
    INSERT INTO notifications_digest AS held
        (id, contact_id, type_key, group_key, channel, stream, cadence, state, opened_at, due_at, latest_at, reason)
    VALUES (%(id)s, %(contact)s, %(type)s, %(group)s, %(channel)s, %(stream)s, %(cadence)s, 'open', %(at)s, %(due)s,
            %(latest)s, '')
    ON CONFLICT (contact_id, type_key, group_key, channel) WHERE state = 'open' DO UPDATE SET
        due_at = CASE WHEN %(slides)s THEN least(held.latest_at, greatest(held.due_at, excluded.due_at))
                      ELSE least(held.due_at, excluded.due_at) END
    RETURNING id, xmax = 0
"""


def _window(
    kind: type[NotificationType], facts: Facts, cadence: Digest.Cadence, *, at: datetime
) -> tuple[datetime, datetime]:
    """When a digest that opens now is due, and when at the latest."""
    if cadence == Digest.Cadence.WINDOW:
        batching = kind.batching
        assert batching is not None  # cadence_of says so
        return at + batching.wait, at + (batching.max_wait or batching.wait)
    weekday = settings.POSTRIDER_DIGEST_WEEKDAY if cadence == Digest.Cadence.WEEKLY else None
    due = next_local(at, time(settings.POSTRIDER_DIGEST_HOUR), zone_of(facts.time_zone), weekday=weekday)
    return due, max(due, at + _LONGEST[cadence.value])


def group_of(event: Event, kind: type[NotificationType]) -> str:
    """The value that items of one mail share: "" without a path."""
    value: Any = event.payload
    for name in kind.batching.group_by.split(".") if kind.batching and kind.batching.group_by else ():
        value = value.get(name, "") if isinstance(value, dict) else ""
    if value is event.payload:
        return ""
    return (value if isinstance(value, str) else json.dumps(value, sort_keys=True))[:_GROUP_LENGTH]


def _events_of(rows: Sequence[Claimed]) -> dict[str, list[Event]]:
    """The events behind mails, by their source; a digest stands for several."""
    by_source: dict[str, list[UUID]] = {}
    digests = [UUID(row.source.removeprefix("digest:")) for row in rows if row.source.startswith("digest:")]
    items: dict[UUID, list[UUID]] = defaultdict(list)
    for digest_id, event_id in DigestItem.objects.filter(digest__in=digests).values_list("digest_id", "event_id"):
        items[digest_id].append(event_id)
    for row in rows:
        kind, _, identifier = row.source.partition(":")
        if kind in {"event", "digest"}:
            by_source[row.source] = [UUID(identifier)] if kind == "event" else items[UUID(identifier)]
    events = Event.objects.in_bulk({one for ids in by_source.values() for one in ids})
    return defaultdict(
        list, {source: [events[one] for one in ids if one in events] for source, ids in by_source.items()}
    )
