"""How is a waiting event routed? Its types, each with a decision and its reason, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from config import clock
from notifications.delivery import outbox
from notifications.delivery.failpoints import fail_point
from notifications.routing.cancellations import cancel_pointless
from notifications.routing.digests import group_of, join
from notifications.routing.models import DigestItem
from notifications.routing.order import in_turn
from notifications.routing.plan import Plan, plan_event
from notifications.routing.reading import read_for
from notifications.routing.withdrawals import has_withdrawals, settle_withdrawals
from preferences.engagement import Seen, Sign, note_engagement
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
    reading = read_for(events, at=at)
    plans = [plan for event in events for plan in plan_event(event, reading)]
    outbox.submit([plan.submission for plan in _gather([plan for plan in plans if plan.refusal is None], at=at)])
    _log_refused([plan for plan in plans if plan.refusal is not None], at=at)
    cancel_pointless(events, at=at)
    _note_purchases(events)
    Event.objects.filter(pk__in=[event.pk for event in events]).update(routed_at=at, secrets=None)
    fail_point("after_route")
    return events


def _note_purchases(events: Sequence[Event]) -> None:
    """Who buys is awake, whatever they click. Noted here and not as the event comes in: that is the caller's moment."""
    names = settings.POSTRIDER_PURCHASE_EVENTS
    note_engagement(
        [
            Seen(contact_id=event.contact_id, sign=Sign.PURCHASE, at=event.received_at)
            for event in events
            if event.name in names and event.contact_id
        ]
    )


def _gather(plans: Sequence[Plan], *, at: datetime) -> list[Plan]:
    """Put what belongs in a digest there; return what is to be sent at once."""
    if all(plan.cadence is None for plan in plans):
        return list(plans)
    gathered = sorted((plan for plan in plans if plan.cadence is not None), key=_digest_of)
    done = _gathered_or_sent(gathered)
    leading = [plan for plan in gathered if _identity(plan) not in done and _leads(plan, at=at)]
    return [*(plan for plan in plans if plan.cadence is None), *leading]


def _digest_of(plan: Plan) -> tuple[int, str, str, str]:
    """Digests are locked in one order by all who join them, or two would wait for each other."""
    return plan.facts.contact_id, plan.kind.key, group_of(plan.event, plan.kind), plan.submission.channel


def _leads(plan: Plan, *, at: datetime) -> bool:
    """Join the digest; whether this one is the first of its window and goes at once."""
    assert plan.cadence is not None
    channel = plan.submission.channel
    return join(plan.event, plan.kind, plan.facts, channel=channel, cadence=plan.cadence, at=at).is_leading


def _gathered_or_sent(plans: Sequence[Plan]) -> set[tuple[UUID, str, str]]:
    """What was done in a routing before this one: routed again, an event neither joins nor leads twice."""
    ids = [plan.event.pk for plan in plans]
    items = DigestItem.objects.filter(event_id__in=ids, digest__contact__in=[plan.facts.contact_id for plan in plans])
    sent = Message.objects.filter(event_id__in=ids)
    return {
        *items.values_list("event_id", "digest__type_key", "digest__channel"),
        *sent.values_list("event_id", "type_key", "channel"),
    }


def _identity(plan: Plan) -> tuple[UUID, str, str]:
    return plan.event.pk, plan.kind.key, plan.submission.channel


def _log_refused(plans: Sequence[Plan], *, at: datetime) -> None:
    """A mail that may not be sent is a row of the log too, with its reason."""
    Message.objects.bulk_create(
        [
            Message(
                contact_id=plan.submission.contact_id, event_id=plan.submission.event_id, source=plan.submission.source,
                type_key=plan.submission.type_key, channel=plan.submission.channel, stream=plan.submission.stream,
                topic_key=plan.submission.topic_key, template_ref=plan.submission.template_ref,
                state=plan.state, reason=plan.refusal or "", state_at=at, due_at=at, trail=plan.submission.trail,
            )
            for plan in plans
        ],
        ignore_conflicts=True,
    )  # fmt: skip


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
