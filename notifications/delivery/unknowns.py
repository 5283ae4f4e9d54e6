"""What becomes of a mail that a provider may or may not have?

A provider with idempotency keys is asked again with the same key and the same bytes. Elsewhere we wait for a webhook;
then critical mail goes at once by another road, mail declared `resend` goes after a while, and the rest stays unknown.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction

from config import clock
from config.queues import Stream
from notifications.delivery import gate, limits, outbox
from notifications.delivery.evidence import search_accepted
from notifications.delivery.flights import Flights
from notifications.delivery.handover import Flight
from notifications.delivery.mail import Parcel, read_parcel
from notifications.delivery.models import Call, Outbox, Provider
from notifications.delivery.outbox import Claimed
from notifications.delivery.pipeline import worker_name
from notifications.delivery.providers import kind_of
from notifications.delivery.settling import settle_found
from tracking import lifecycle
from tracking.models import Message

logger = logging.getLogger("postrider.delivery")

#: A key is used only in the first part of the provider's window, so that a slow call cannot outlive it.
KEY_MARGIN = 0.8
#: How long evidence may take before mail declared `resend` is sent again.
EVIDENCE_WAIT = timedelta(minutes=10)
#: When nothing more is expected, the outbox forgets the mail; the log keeps it as unknown.
FORGET_AFTER = timedelta(hours=72)
CALLS_AT_ONCE = 20
#: A provider needs a while until its search knows of a mail.
SEARCH_AFTER = timedelta(seconds=20)
SEARCHES_AT_ONCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A call to be made again."""

    parcel: Parcel
    rows: dict[UUID, Claimed]
    at: datetime


def reconsider_unknown(stream: str, flights: Flights) -> int:
    """Look again at the unknown mails of a stream that are due for it; return the number of calls looked at."""
    calls = _due_calls(stream, at=clock.now())
    for call_id in calls:
        leased_at = time.monotonic()
        try:
            repeat = _reconsider(call_id)
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # a place that it took is free again after limits.CALL_LIFETIME_MS
            logger.exception("call %s cannot be looked at; the stream's other mail goes on", call_id)
            open_rows = Outbox.objects.filter(call_id=call_id, state=Outbox.State.UNKNOWN)
            open_rows.update(due_at=clock.now() + EVIDENCE_WAIT)
            continue
        if repeat is not None:
            flights.launch(
                Flight(
                    parcel=repeat.parcel, rows=repeat.rows, leased_at=leased_at, entered_at=repeat.at, is_repeat=True
                )
            )  # fmt: skip
    return len(calls)


def search_evidence() -> int:
    """Ask providers that can be asked for what became of a few uncertain calls; return how many mails that settled.

    Each call is asked for some seconds after it was made, then ever more seldom. Calls providers: not for a lane.
    """
    at, settled = clock.now(), 0
    for call in _worth_asking(at):
        _asked[call.pk] = _asked.get(call.pk, 0) + 1
        found = search_accepted(call)
        settled += settle_found(call, found, at=clock.now()) if found else 0
    return settled


#: How often this process has asked for a call.
_asked: dict[UUID, int] = {}


def _worth_asking(at: datetime) -> list[Call]:
    waiting = Outbox.objects.filter(state=Outbox.State.UNKNOWN, call_id__isnull=False).values("call_id").distinct()
    young = Call.objects.filter(pk__in=waiting, created_at__gt=at - FORGET_AFTER).select_related("provider")
    young = young.defer("members", "sealed_members")  # there may be many, and each may be large
    for gone in set(_asked) - {call.pk for call in young}:
        del _asked[gone]
    due = [call for call in young if at - call.created_at > SEARCH_AFTER * 4 ** _asked.get(call.pk, 0)]
    return [call for call in due if kind_of(call.provider).has_search][:SEARCHES_AT_ONCE]


def _due_calls(stream: str, *, at: datetime) -> list[UUID]:
    waiting = Outbox.objects.filter(stream=stream, state=Outbox.State.UNKNOWN, due_at__lte=at, call_id__isnull=False)
    return [call for call in waiting.values_list("call_id", flat=True).distinct()[:CALLS_AT_ONCE] if call]


@transaction.atomic
def _reconsider(call_id: UUID) -> Repeat | None:
    at = clock.now()
    call = _lock_call(call_id)
    rows = _lock(call_id) if call else []
    if call is None or not rows:
        return None
    age = at - call.created_at
    if _may_repeat(call.provider, age):
        return _repeat(call, rows, at=at)
    if rows[0].stream == Stream.CRITICAL:
        _send_again(rows, call, at=at)
    elif rows[0].stream != Stream.MARKETING and age >= EVIDENCE_WAIT:
        _send_again([row for row in rows if row.on_unknown == "resend"], call, at=at)
    _wait(rows, call_id, age=age, at=at)
    return None


def _may_repeat(provider: Provider, age: timedelta) -> bool:
    """Whether the provider still knows the key, and is in use at all."""
    window = kind_of(provider).idempotency_window
    is_in_use = provider.is_enabled and provider.refused_at is None
    return is_in_use and window is not None and age < window * KEY_MARGIN


def _lock_call(call_id: UUID) -> Call | None:
    """The call, unless another worker looks at it: two that share its rows would each miss some of them."""
    wanted = Call.objects.select_related("provider").filter(pk=call_id)
    return wanted.select_for_update(skip_locked=True, of=("self",)).first()


def _lock(call_id: UUID) -> list[Claimed]:
    locked = Outbox.objects.filter(call_id=call_id, state=Outbox.State.UNKNOWN).order_by("message_id")
    return [outbox.as_claimed(row) for row in locked.select_for_update(skip_locked=True)]


def _repeat(call: Call, rows: list[Claimed], *, at: datetime) -> Repeat | None:
    """The whole call again, or not at all: not if a member was settled or must not be mailed any more."""
    parcel = read_parcel(call)
    if len(rows) < call.size and _is_whole(call):
        return None  # somebody holds a row of it for a moment, with a report: it stays due
    if not len(rows) == call.size == len(parcel.members) or not gate.would_pass(rows, at=at):
        _wait(rows, call.pk, age=at - call.created_at, at=at)
        return None
    if not limits.start_call(call.provider, str(call.pk)):
        return None  # it stays due
    if not _is_within_limits(call):
        limits.end_call(call.provider, str(call.pk))
        return None  # it stays due
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_outbox SET state = 'sending', fence = fence + 1, lease_owner = %s, lease_until = %s,"
            " attempts = attempts + 1 WHERE call_id = %s AND state = 'unknown'",
            [worker_name(), at + outbox.lease_time(), call.pk],
        )
    for row in rows:
        row.fence += 1
    return Repeat(parcel=parcel, rows={row.message_id: row for row in rows}, at=at)


def _is_within_limits(call: Call) -> bool:
    """Take the tokens of a whole call, or none; of one that is larger than a lowered limit, what the limit holds."""
    provider, size = call.provider, call.size
    wanted = min(size, max(1, int(provider.mails_per_second or size)))
    granted = limits.take(provider, wanted, mails_a_call=size)
    if granted < wanted:
        limits.give_back(provider, granted, mails_a_call=size)
    return granted >= wanted


def _is_whole(call: Call) -> bool:
    return Outbox.objects.filter(call_id=call.pk, state=Outbox.State.UNKNOWN).count() == call.size


def _send_again(rows: list[Claimed], call: Call, *, at: datetime) -> None:
    """Back into the queue, away from that provider where there is another, flagged as possibly doubled."""
    ids = [row.message_id for row in rows]
    Outbox.objects.filter(message_id__in=ids, state=Outbox.State.UNKNOWN).update(
        state=Outbox.State.RETRYING,
        due_at=at,
        call_id=None,
        is_possibly_doubled=True,
        avoid_provider_id=call.provider_id,
    )
    lifecycle.move(ids, Message.State.RETRYING, at=at, reason="sent_again_unknown", due_at=at)


def _wait(rows: list[Claimed], call_id: UUID, *, age: timedelta, at: datetime) -> None:
    still = Outbox.objects.filter(call_id=call_id, state=Outbox.State.UNKNOWN)
    if age >= FORGET_AFTER:
        still.delete()
    else:
        still.update(due_at=at + max(EVIDENCE_WAIT - age, timedelta(minutes=1)))
