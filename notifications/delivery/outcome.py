"""What follows from a provider's answer? Committed first of all, under the fence."""

from __future__ import annotations

import logging
import random
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, connection, transaction

from config import clock
from notifications.delivery.failures import Kind, Verdict
from notifications.delivery.mail import Parcel
from notifications.delivery.models import Attempt, Call, Outbox, Provider
from notifications.delivery.outbox import Claimed
from notifications.delivery.retry import Next, decide_next
from preferences.models import Contact, Suppression
from preferences.suppression import suppress
from tracking import lifecycle
from tracking.models import Message, MessageEvent

logger = logging.getLogger("postrider.delivery")

COMMIT_TRIES = 5
PROVIDER_BLOCK = timedelta(seconds=30)

_STATES: dict[str, Message.State] = {
    "retry": Message.State.RETRYING,
    "defer": Message.State.DEFERRED,
    "unknown": Message.State.UNKNOWN,
    "fail": Message.State.FAILED,
    "die": Message.State.DEAD,
}
_EVENT_KINDS: dict[str, MessageEvent.Kind] = {
    "retry": MessageEvent.Kind.RETRYING,
    "defer": MessageEvent.Kind.DEFERRED,
    "unknown": MessageEvent.Kind.UNKNOWN,
    "fail": MessageEvent.Kind.FAILED,
    "die": MessageEvent.Kind.FAILED,
}


def record_outcome(
    parcel: Parcel, verdicts: Sequence[Verdict], *, rows: Mapping[UUID, Claimed], started_at: datetime,
    milliseconds: int, is_repeat: bool = False,
) -> None:  # fmt: skip
    """Commit what became of each member. The answer in memory is the only evidence, so a failing commit is retried.

    Rows whose fence has moved on are left alone: someone else is responsible for them by now. In a repeat only an
    accept settles anything: a refusal says nothing of the first try.
    """
    if is_repeat:
        verdicts = [_still_open(verdict) for verdict in verdicts]
    for attempt in range(1, COMMIT_TRIES + 1):
        try:
            with transaction.atomic():
                _record(parcel, verdicts, rows=rows, started_at=started_at, milliseconds=milliseconds)
            return
        except OperationalError:
            logger.exception("outcome of call %s not committed (try %d)", parcel.call_id, attempt)
            connection.close()
            if attempt == COMMIT_TRIES:
                raise  # the rows stay `sending`; the sweeper makes them `unknown`
            time.sleep(0.2 * 2**attempt)


def _still_open(verdict: Verdict) -> Verdict:
    return verdict if verdict.kind == Kind.ACCEPTED else replace(verdict, kind=Kind.AMBIGUOUS)


def _record(
    parcel: Parcel, verdicts: Sequence[Verdict], *, rows: Mapping[UUID, Claimed], started_at: datetime,
    milliseconds: int,
) -> None:  # fmt: skip
    at = clock.now()
    answers = {member.message_id: verdict for member, verdict in zip(parcel.members, verdicts, strict=True)}
    accepted = [(one, verdict) for one, verdict in answers.items() if verdict.kind == Kind.ACCEPTED]
    others = {one: verdict for one, verdict in answers.items() if verdict.kind != Kind.ACCEPTED}
    if accepted:
        _settle_accepted(parcel, dict(accepted), rows=rows, at=at)
    if others:
        _settle_others(parcel, others, rows=rows, at=at)
    _record_attempt(parcel, verdicts, rows=rows, started_at=started_at, milliseconds=milliseconds)
    if all(verdict.kind != Kind.AMBIGUOUS for verdict in verdicts):
        Call.objects.filter(pk=parcel.call_id, sealed_members__isnull=False).update(sealed_members=None)


def _settle_accepted(
    parcel: Parcel, accepted: Mapping[UUID, Verdict], *, rows: Mapping[UUID, Claimed], at: datetime
) -> None:
    """Accepted by this very call is evidence even for a row that the sweeper has called unknown meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM notifications_outbox o USING unnest(%s::uuid[], %s::int[]) AS v(id, fence)"
            " WHERE o.message_id = v.id AND o.call_id = %s"
            " AND (o.fence = v.fence AND o.state = 'sending' OR o.state = 'unknown')"
            " RETURNING o.message_id, o.is_possibly_doubled",
            [list(accepted), [rows[one].fence for one in accepted], parcel.call_id],
        )
        ours = cursor.fetchall()
    for doubled in {row[1] for row in ours}:
        pairs = [(row[0], accepted[row[0]].provider_message_id) for row in ours if row[1] == doubled]
        lifecycle.mark_sent(pairs, at=at, provider=parcel.provider.key, call_id=parcel.call_id, is_doubled=doubled)


def _settle_others(
    parcel: Parcel, others: Mapping[UUID, Verdict], *, rows: Mapping[UUID, Claimed], at: datetime
) -> None:
    """Retry, defer, give back, call unknown or end the members that were not accepted."""
    following = {
        one: decide_next(
            verdict, stream=rows[one].stream, attempts=rows[one].attempts + 1, at=at,
            expires_at=rows[one].expires_at, spread=random.random,
        )
        for one, verdict in _bisected(parcel, others).items()
    }  # fmt: skip
    ours = _write_steps(parcel, following, rows=rows)
    lifecycle.add_call(ours, parcel.call_id, provider=parcel.provider.key)
    grouped: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    for one in ours:
        grouped[following[one].step, following[one].reason].append(one)
    for (step, reason), ids in grouped.items():
        if state := _STATES.get(step):
            lifecycle.move(ids, state, at=at, reason=reason, due_at=following[ids[0]].at)
    _note(parcel, {one: others[one] for one in ours}, following, at=at)
    _suppress_refused({one: others[one] for one in ours}, rows=rows)
    _block_provider(parcel.provider, others.values(), at=at)


def _bisected(parcel: Parcel, others: Mapping[UUID, Verdict]) -> dict[UUID, Verdict]:
    """A whole batch that is refused for its content goes again in halves, until the bad member is alone."""
    refused = [one for one, verdict in others.items() if verdict.kind == Kind.PERMANENT_MESSAGE]
    if len(parcel.members) == 1 or len(refused) < len(parcel.members):
        return dict(others)
    half = max(1, len(parcel.members) // 2)
    Outbox.objects.filter(message_id__in=refused, call_id=parcel.call_id).update(batch_cap=half)
    return {one: Verdict(kind=Kind.NOT_TRIED) for one in others}


def _write_steps(parcel: Parcel, following: Mapping[UUID, Next], *, rows: Mapping[UUID, Claimed]) -> list[UUID]:
    """Move the outbox rows; return those that were still ours."""
    ids = list(following)
    ending = [one for one in ids if following[one].step in {"fail", "die"}]
    staying = [one for one in ids if following[one].step not in {"fail", "die"}]
    states = {"retry": "retrying", "defer": "deferred", "requeue": "queued", "unknown": "unknown"}
    ours: list[UUID] = []
    with connection.cursor() as cursor:
        if ending:
            cursor.execute(
                "DELETE FROM notifications_outbox o USING unnest(%s::uuid[], %s::int[]) AS v(id, fence)"
                " WHERE o.message_id = v.id AND o.fence = v.fence AND o.state = 'sending' RETURNING o.message_id",
                [ending, [rows[one].fence for one in ending]],
            )
            ours += [row[0] for row in cursor.fetchall()]
        if staying:
            cursor.execute(
                "UPDATE notifications_outbox o SET state = v.state, due_at = coalesce(v.due, o.due_at),"
                " lease_until = NULL, crashes = 0, avoid_provider_id = %s,"
                " attempts = o.attempts - CASE WHEN v.state = 'queued' THEN 1 ELSE 0 END,"
                " call_id = CASE WHEN v.state = 'unknown' THEN o.call_id END,"
                " is_possibly_doubled = o.is_possibly_doubled OR v.doubles"
                " FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::timestamptz[], %s::bool[])"
                " AS v(id, fence, state, due, doubles)"
                " WHERE o.message_id = v.id AND o.fence = v.fence AND o.state = 'sending' RETURNING o.message_id",
                [
                    parcel.provider.pk, staying, [rows[one].fence for one in staying],
                    [states[following[one].step] for one in staying], [following[one].at for one in staying],
                    [following[one].doubles for one in staying],
                ],
            )  # fmt: skip
            ours += [row[0] for row in cursor.fetchall()]
    return ours


def _note(parcel: Parcel, verdicts: Mapping[UUID, Verdict], following: Mapping[UUID, Next], *, at: datetime) -> None:
    """Leave a line in each mail's timeline."""
    MessageEvent.objects.bulk_create(
        MessageEvent(
            message_id=one, kind=_EVENT_KINDS[following[one].step], occurred_at=at, provider=parcel.provider.key,
            detail={"code": verdict.code, "answer": verdict.answer, "reason": following[one].reason},
        )
        for one, verdict in verdicts.items()
        if following[one].step in _EVENT_KINDS
    )  # fmt: skip


def _suppress_refused(verdicts: Mapping[UUID, Verdict], *, rows: Mapping[UUID, Claimed]) -> None:
    """Stop mailing mailboxes that the provider says do not exist (enhanced status 5.1.x, RFC 3463 3.2)."""
    dead = sorted(
        rows[one].contact_id
        for one, verdict in verdicts.items()
        if verdict.kind == Kind.PERMANENT_RECIPIENT and verdict.code.startswith("5.1.")
    )
    for contact in Contact.objects.filter(pk__in=dead).order_by("pk"):
        suppress(
            contact, reason=Suppression.Reason.HARD_BOUNCE, scope=Suppression.Scope.ALL, detail="refused at hand-over"
        )


def _block_provider(provider: Provider, verdicts: Iterable[Verdict], *, at: datetime) -> None:
    """Keep an account whose key, domain or standing was refused out of its pools for a while."""
    wide = next((verdict for verdict in verdicts if verdict.kind == Kind.PROVIDER_WIDE), None)
    if wide is not None:
        logger.error("provider %s refuses the account (%s); it is left out for a while", provider.key, wide.code)
        Provider.objects.filter(pk=provider.pk).update(refused_at=at, refused_reason=f"{wide.code} {wide.answer}"[:200])


def _record_attempt(
    parcel: Parcel,
    verdicts: Sequence[Verdict],
    *,
    rows: Mapping[UUID, Claimed],
    started_at: datetime,
    milliseconds: int,
) -> None:
    """One row a try: the worst verdict speaks for the call."""
    worst = next((verdict for verdict in verdicts if verdict.kind != Kind.ACCEPTED), verdicts[0])
    Attempt.objects.bulk_create(
        [
            Attempt(
                call_id=parcel.call_id, provider_key=parcel.provider.key, stream=next(iter(rows.values())).stream, started_at=started_at,
                milliseconds=milliseconds, kind=worst.kind.value, code=worst.code[:64], answer=worst.answer[:500],
            )
        ]
    )  # fmt: skip
