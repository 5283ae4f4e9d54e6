"""Which mails must leave one after the other? Those of one contact that share the value of a declared payload path."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from notifications.catalog import NotificationType, all_types, types_for_event
from tracking.models import Event


def order_key(event: Event, kind: type[NotificationType]) -> str:
    """The key that mails share which must keep their order; empty where there is none.

    It is the same for all types that declare the same path, and tells nothing of the value itself.
    """
    value = _value_at(event.payload, kind.ordered_by) if kind.ordered_by else None
    if value is None or value == "":
        return ""
    text = json.dumps([event.contact_id, kind.ordered_by, value], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def in_turn(events: Sequence[Event]) -> list[Event]:
    """The events, oldest first, that may be routed now.

    One whose order has an older event that is not routed yet stays behind: workers route side by side, and a mail
    that is not in the outbox yet holds nothing back there. One query, and none where nothing is ordered.
    """
    keys = {event.pk: _keys(event) for event in events}
    if not any(keys.values()):
        return list(events)
    older = [(event.pk, _keys(event)) for event in _unrouted_others(events)]
    ready: list[Event] = []
    for event in events:
        if any(pk < event.pk and theirs & keys[event.pk] for pk, theirs in older):
            older.append((event.pk, keys[event.pk]))
        else:
            ready.append(event)
    return ready


def _unrouted_others(events: Sequence[Event]) -> list[Event]:
    """Ordered events of the same people that wait outside this batch."""
    names = {kind.event for kind in all_types() if kind.ordered_by}
    waiting = Event.objects.filter(
        contact__in={event.contact_id for event in events}, name__in=names, routed_at=None,
        state=Event.State.ACCEPTED, id__lt=events[-1].pk,
    )  # fmt: skip
    return list(waiting.exclude(pk__in=[event.pk for event in events]).only("name", "contact_id", "payload"))


def _keys(event: Event) -> set[str]:
    return {key for kind in types_for_event(event.name) if (key := order_key(event, kind))}


def _value_at(payload: Any, path: str) -> Any:
    for step in path.split("."):
        if not isinstance(payload, Mapping):
            return None
        payload = payload.get(step)
    return payload
