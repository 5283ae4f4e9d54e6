"""Which waiting mails do other events make pointless? Whatever the order in which streams are routed.

"order.placed" ends the reminder of an abandoned cart: the one that waits already, and the one whose own event is
routed only now though it is older.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from notifications.catalog import types_for_event
from notifications.catalog.registry import types_cancelled_by
from notifications.delivery import outbox
from notifications.delivery.models import Outbox
from notifications.routing.models import Digest, DigestItem
from tracking.models import Event, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    """An event that ends mails of these types which older events of the contact caused."""

    event_id: UUID
    contact_id: int | None
    name: str
    types: frozenset[str]


def cancel_pointless(events: Sequence[Event], *, at: datetime) -> None:
    """Withdraw what these events end, and what they caused and newer ones end. A bounded number of queries."""
    endings = [*_endings(events), *_overtaking(events)]
    if not endings:
        return
    _leave_digests(endings, at=at)
    reasons: dict[str, list[UUID]] = defaultdict(list)
    for message_id, name in _pointless(endings).items():
        reasons[f"event:{name}"[:64]].append(message_id)
    for reason, ids in reasons.items():
        outbox.cancel(ids, at=at, reason=reason)


def _endings(events: Iterable[Event]) -> list[_Ending]:
    found = [(event, frozenset(kind.key for kind in types_cancelled_by(event.name))) for event in events]
    return [
        _Ending(event_id=event.pk, contact_id=event.contact_id, name=event.name, types=types)
        for event, types in found
        if types and event.contact_id
    ]


def _overtaking(events: Sequence[Event]) -> list[_Ending]:
    """Newer events, routed or not, that end what these caused: streams do not wait for each other."""
    ended = [event for event in events if any(kind.cancelled_by for kind in types_for_event(event.name))]
    if not ended:
        return []
    names = {name for event in ended for kind in types_for_event(event.name) for name in kind.cancelled_by}
    newer = Event.objects.filter(
        contact__in={event.contact_id for event in ended}, name__in=names, state=Event.State.ACCEPTED,
        id__gt=min(event.pk for event in ended),
    ).exclude(pk__in=[event.pk for event in events])  # fmt: skip
    return _endings(newer.only("id", "contact_id", "name").order_by("id"))


def _pointless(endings: Sequence[_Ending]) -> Mapping[UUID, str]:
    """The waiting mails that are ended, each with the name of the first event that ends it."""
    waiting = Outbox.objects.filter(
        contact_id__in={one.contact_id for one in endings}, type_key__in={key for one in endings for key in one.types},
        message__event_id__isnull=False,
    )  # fmt: skip
    rows = waiting.values_list("message_id", "message__event_id", "contact_id", "type_key")
    named = ((row[0], _ended_by(endings, *row[1:])) for row in rows)
    return {message_id: name for message_id, name in named if name is not None}


def _ended_by(endings: Sequence[_Ending], event_id: UUID, contact_id: int, type_key: str) -> str | None:
    """The name of the first event that ends this type's mail of an older event."""
    ending = (one for one in endings if one.contact_id == contact_id and type_key in one.types)
    first = min((one for one in ending if event_id < one.event_id), key=lambda one: one.event_id, default=None)
    return first.name if first else None


def _leave_digests(endings: Sequence[_Ending], *, at: datetime) -> None:
    """Take what is ended out of digests that are open still; the log says why it never became mail."""
    items = DigestItem.objects.filter(
        digest__state=Digest.State.OPEN, digest__contact__in={one.contact_id for one in endings},
        digest__type_key__in={key for one in endings for key in one.types},
    ).select_related("digest")  # fmt: skip
    named = [(item, _ended_by(endings, item.event_id, item.digest.contact_id, item.digest.type_key)) for item in items]
    ended = [(item, name) for item, name in named if name is not None]
    if not ended:
        return
    DigestItem.objects.filter(pk__in=[item.pk for item, _ in ended]).delete()
    Message.objects.bulk_create([_cancelled(item, name, at=at) for item, name in ended], ignore_conflicts=True)


def _cancelled(item: DigestItem, name: str, *, at: datetime) -> Message:
    digest, reason = item.digest, f"event:{name}"[:64]
    return Message(
        contact_id=digest.contact_id, event_id=item.event_id, source=f"event:{item.event_id}", channel=digest.channel,
        type_key=digest.type_key, stream=digest.stream, state=Message.State.CANCELLED, reason=reason, state_at=at,
        due_at=at, trail=[["digest", digest.cadence], ["submit", reason]],
    )  # fmt: skip
