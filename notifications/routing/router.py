"""How is a waiting event routed? Its types, each with a decision and its reason, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from config import clock
from notifications.catalog import NotificationType, types_for_event
from notifications.catalog.registry import types_cancelled_by
from notifications.delivery import outbox
from notifications.delivery.failpoints import fail_point
from notifications.delivery.models import Outbox
from notifications.routing.order import in_turn
from notifications.routing.plan import Plan, plan_mail
from notifications.routing.withdrawals import has_withdrawals, settle_withdrawals, withdrawn_among
from preferences.facts import Facts, gather_facts, lock_contact
from tracking.models import Event, Message

logger = logging.getLogger("postrider.routing")

BATCH = 200
#: So many batches are looked through for an event whose turn it is.
MOST_LOOKED_AT = 10
#: An event whose routing fails this often is set aside with its fault; the others go on.
MAX_CRASHES = 3


def route_waiting(stream: str) -> int:
    """Settle withdrawals and route the oldest waiting events of a stream; return how many were taken."""
    settled = settle_withdrawals(stream)
    try:
        with transaction.atomic():
            return settled + len(_route(_take_ready(stream)))
    except (OperationalError, InterfaceError):
        raise  # the database fails, not an event: they wait
    except Exception:
        logger.exception("routing a batch failed; taking its events one by one")
        return settled + _route_one_by_one(stream)


def has_waiting(stream: str) -> bool:
    """Whether an accepted event of the stream waits to be routed, or a withdrawal to be settled."""
    accepted = Event.objects.filter(stream=stream, routed_at=None, state=Event.State.ACCEPTED)
    return accepted.exists() or has_withdrawals(stream)


def _take_ready(stream: str) -> list[Event]:
    """Lock the oldest events whose turn it is; those that wait for another stream's must not hold up the rest."""
    after: UUID | None = None
    for _ in range(MOST_LOOKED_AT):
        taken = _take(stream, after=after)
        ready = in_turn(taken)
        if ready or len(taken) < BATCH:
            return ready
        after = taken[-1].pk
    return []


def _take(stream: str, *, only: UUID | None = None, after: UUID | None = None) -> list[Event]:
    waiting = Event.objects.filter(stream=stream, routed_at=None, state=Event.State.ACCEPTED)
    if only is not None:
        waiting = waiting.filter(pk=only)
    if after is not None:
        waiting = waiting.filter(pk__gt=after)
    return list(waiting.order_by("id").select_for_update(skip_locked=True)[:BATCH])


def _route(events: Sequence[Event]) -> Sequence[Event]:
    """Plan and submit the mails of events whose rows are locked; run again, it changes nothing."""
    if not events:
        return events
    at = clock.now()
    fail_point("before_route")
    _lock_cancelling(events)
    facts = gather_facts(event.contact_id for event in events if event.contact_id)
    withdrawn = withdrawn_among(events)
    plans = [plan for event in events for plan in _plans(event, facts, at=at, is_withdrawn=event.pk in withdrawn)]
    outbox.submit([plan.submission for plan in plans if plan.refusal is None])
    _log_refused([plan for plan in plans if plan.refusal is not None], at=at)
    for event in events:
        _cancel_waiting(event, at=at)
        _cancel_overtaken(event, at=at)
    Event.objects.filter(pk__in=[event.pk for event in events]).update(routed_at=at, secrets=None)
    fail_point("after_route")
    return events


def _plans(event: Event, facts: dict[int, Facts], *, at: datetime, is_withdrawn: bool) -> list[Plan]:
    known = facts.get(event.contact_id or 0)
    if known is None:
        return []
    kinds = types_for_event(event.name)
    return [plan_mail(event, kind, known, at=at, is_withdrawn=is_withdrawn) for kind in kinds]


def _log_refused(plans: Sequence[Plan], *, at: datetime) -> None:
    """A mail that may not be sent is a row of the log too, with its reason."""
    Message.objects.bulk_create(
        [
            Message(
                contact_id=plan.submission.contact_id, event_id=plan.submission.event_id, source=plan.submission.source,
                type_key=plan.submission.type_key, stream=plan.submission.stream,
                topic_key=plan.submission.topic_key, template_ref=plan.submission.template_ref,
                state=plan.state, reason=plan.refusal or "", state_at=at, due_at=at, trail=plan.submission.trail,
            )
            for plan in plans
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _lock_cancelling(events: Sequence[Event]) -> None:
    """Let events that end one another be routed one after the other: each sees what the other one wrote."""
    locked = {
        event.contact_id
        for event in events
        if event.contact_id and (types_cancelled_by(event.name) or any(_ends(event)))
    }
    for contact_id in sorted(locked):
        lock_contact(contact_id)


def _ends(event: Event) -> Iterator[tuple[type[NotificationType], tuple[str, ...]]]:
    """The types that the event causes and that other events can end, with those events' names."""
    return ((kind, kind.cancelled_by) for kind in types_for_event(event.name) if kind.cancelled_by)


def _cancel_overtaken(event: Event, *, at: datetime) -> None:
    """Withdraw what an event caused, where one that ends it was routed first: streams do not wait for each other."""
    for kind, names in _ends(event):
        later = Event.objects.filter(
            contact=event.contact_id, name__in=names, id__gt=event.pk, state=Event.State.ACCEPTED
        )
        if name := later.order_by("id").values_list("name", flat=True).first():
            caused = Outbox.objects.filter(message__event_id=event.pk, type_key=kind.key)
            outbox.cancel(list(caused.values_list("message_id", flat=True)), at=at, reason=f"event:{name}"[:64])


def _cancel_waiting(event: Event, *, at: datetime) -> None:
    """Withdraw waiting mails that this event makes pointless ("order.placed" ends an abandoned cart)."""
    kinds: list[type[NotificationType]] = types_cancelled_by(event.name)
    if not kinds or event.contact_id is None:
        return
    waiting = Outbox.objects.filter(
        contact_id=event.contact_id, type_key__in=[kind.key for kind in kinds], message__event_id__lt=event.pk
    )
    ids = list(waiting.values_list("message_id", flat=True))
    if ids:
        outbox.cancel(ids, at=at, reason=f"event:{event.name}"[:64])


def _route_one_by_one(stream: str) -> int:
    waiting = Event.objects.filter(stream=stream, routed_at=None, state=Event.State.ACCEPTED)
    ids = list(waiting.order_by("id").values_list("pk", flat=True)[:BATCH])
    for identifier in ids:
        try:
            with transaction.atomic():
                _route(in_turn(_take(stream, only=identifier)))
        except (OperationalError, InterfaceError):
            raise  # the database fails, not the event: it waits
        except Exception as error:
            logger.exception("event %s cannot be routed", identifier)
            _count_crash(identifier, type(error).__name__)
    return len(ids)


def _count_crash(identifier: UUID, error: str) -> None:
    event = Event.objects.filter(pk=identifier)
    event.update(route_crashes=F("route_crashes") + 1)
    fault = {"path": "routing", "reason": f"{error}: routing failed {MAX_CRASHES} times; see the workers' log"}
    event.filter(route_crashes__gte=MAX_CRASHES).update(state=Event.State.REFUSED, faults=[fault], secrets=None)
