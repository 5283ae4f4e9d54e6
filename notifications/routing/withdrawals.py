"""How are mails withdrawn whose event was taken back? What rests at once, what moves as soon as it can be locked.

The caller's transaction must wait for nobody, so it takes only rows that nobody holds. The withdrawal's own row waits
to be settled by a worker, which then waits for whoever routes the event and finds the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from config import clock
from notifications.delivery import outbox
from notifications.delivery.models import Outbox
from notifications.routing.digests import withdraw_items
from tracking.models import Event
from tracking.withdrawals import events_meant_by

logger = logging.getLogger("postrider.routing")

REASON = "withdrawn"
_RESTING = (Outbox.State.QUEUED, Outbox.State.RETRYING, Outbox.State.DEFERRED)


def cancel_resting(withdrawal: Event) -> int:
    """Withdraw the mails that no worker has, in the caller's transaction; return how many."""
    meant = list(events_meant_by(withdrawal).values_list("pk", flat=True))
    if not meant:
        return 0
    withdraw_items(meant)
    waiting = Outbox.objects.filter(message__event__in=meant, state__in=_RESTING)
    ids = list(waiting.select_for_update(skip_locked=True, of=("self",)).values_list("message_id", flat=True))
    return outbox.cancel(ids, at=clock.now(), reason=REASON) if ids else 0


def withdrawn_among(events: Sequence[Event]) -> set[UUID]:
    """Which of these events were taken back already. One query, and none without keys."""
    keyed = [event for event in events if event.key]
    if not keyed:
        return set()
    withdrawals = Event.objects.filter(
        state=Event.State.WITHDRAWAL, contact__in={event.contact_id for event in keyed},
        key__in={event.key for event in keyed},
    )  # fmt: skip
    return {
        event.pk
        for withdrawal in withdrawals
        for event in keyed
        if _identity(event) == _identity(withdrawal) and event.received_at <= withdrawal.received_at
    }


def has_withdrawals(stream: str) -> bool:
    """Whether a withdrawal waits to be settled."""
    return _waiting(stream).exists()


def settle_withdrawals(stream: str) -> int:
    """Finish what callers began; return how many withdrawals were settled."""
    settled = 0
    try:
        while has_withdrawals(stream) and _settle_one(stream):
            settled += 1
    except Exception:
        logger.exception("a withdrawal could not be settled; it is tried again")
    return settled


@transaction.atomic
def _settle_one(stream: str) -> bool:
    withdrawal = _waiting(stream).order_by("id").select_for_update(skip_locked=True).first()
    if withdrawal is None:
        return False
    # Behind this lock, the event is either routed, with its mails to be seen, or its router will see us.
    meant = list(events_meant_by(withdrawal).order_by("id").select_for_update(no_key=True).values_list("pk", flat=True))
    at = clock.now()
    caused = Outbox.objects.filter(message__event__in=meant).values_list("message_id", flat=True)
    outbox.cancel(list(caused), at=at, reason=REASON)
    withdraw_items(meant)
    withdraw_items(meant)
    Event.objects.filter(pk=withdrawal.pk).update(routed_at=at)
    return True


def _waiting(stream: str) -> QuerySet[Event]:
    return Event.objects.filter(stream=stream, routed_at=None, state=Event.State.WITHDRAWAL)


def _identity(event: Event) -> tuple[int | None, str, str, str]:
    return event.contact_id, event.key, event.name, event.source
