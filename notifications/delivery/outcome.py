"""What follows from a provider's answer? Committed first of all, under the fence."""

from __future__ import annotations

import logging
import random
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import OperationalError, connection, transaction

from config import clock
from config.arrays import int_array, uuid_array
from notifications.catalog.channels import channel_of
from notifications.delivery import breakers, deadletters, warmup
from notifications.delivery.failures import Kind, Refusal, Verdict
from notifications.delivery.handover import Answer, Flight
from notifications.delivery.mail import domain_of_sender
from notifications.delivery.models import Attempt, Call, Outbox
from notifications.delivery.providers import kind_of
from notifications.delivery.replies import Reply, follow_reply
from notifications.delivery.retry import Next, decide_next
from notifications.delivery.settling import drop_proven, stop_again
from preferences import caps
from preferences.addresses import domain_of
from preferences.facts import lock_contacts
from preferences.models import Contact, Suppression
from preferences.suppression import suppress
from tracking import lifecycle
from tracking.models import Message, MessageEvent

logger = logging.getLogger("postrider.delivery")

COMMIT_TRIES = 5

Verdicts = Mapping[UUID, Verdict]

_STATES: dict[str, Message.State] = {
    "retry": Message.State.RETRYING,
    "defer": Message.State.DEFERRED,
    "unknown": Message.State.UNKNOWN,
    "fail": Message.State.FAILED,
    "die": Message.State.DEAD,
}
_WAITING_STATES = {"retry": "retrying", "defer": "deferred", "requeue": "queued", "unknown": "unknown"}
_EVENT_KINDS: dict[str, MessageEvent.Kind] = {
    "retry": MessageEvent.Kind.RETRYING,
    "defer": MessageEvent.Kind.DEFERRED,
    "unknown": MessageEvent.Kind.UNKNOWN,
    "fail": MessageEvent.Kind.FAILED,
    "die": MessageEvent.Kind.FAILED,
}


def record_outcome(flight: Flight, answer: Answer) -> None:
    """Commit what became of each member. The answer in memory is the only evidence, so a failing commit is retried.

    Rows whose fence has moved on are left alone: someone else is responsible for them by now. In a repeat only an
    accept settles anything: a refusal says nothing of the first try.
    """
    if flight.is_repeat:
        answer = replace(answer, verdicts=[_still_open(verdict) for verdict in answer.verdicts])
    for attempt in range(1, COMMIT_TRIES + 1):
        try:
            with transaction.atomic():
                _record(flight, answer)
            return
        except OperationalError:
            logger.exception("outcome of call %s not committed (try %d)", flight.parcel.call_id, attempt)
            connection.close()
            if attempt == COMMIT_TRIES:
                raise  # the rows stay `sending`; the sweeper makes them `unknown`
            time.sleep(0.2 * 2**attempt)


def _still_open(verdict: Verdict) -> Verdict:
    return verdict if verdict.kind == Kind.ACCEPTED else replace(verdict, kind=Kind.AMBIGUOUS)


def _record(flight: Flight, answer: Answer) -> None:
    at, parcel = clock.now(), flight.parcel
    answers = {member.message_id: verdict for member, verdict in zip(parcel.members, answer.verdicts, strict=True)}
    accepted = {one: verdict for one, verdict in answers.items() if verdict.kind == Kind.ACCEPTED}
    others = {one: verdict for one, verdict in answers.items() if verdict.kind != Kind.ACCEPTED}
    lock_contacts(flight.rows[one].contact_id for one in others if others[one].kind == Kind.PERMANENT_RECIPIENT)
    if accepted:
        _settle_accepted(flight, accepted, at=at)
    if others:
        _settle_others(flight, others, at=at)
    _record_attempt(flight, answer)
    if others or flight.is_probe:
        breakers.note_call(parcel.provider, flight.stream, answer.verdicts, at=at)
    is_settled = all(verdict.kind != Kind.AMBIGUOUS for verdict in answer.verdicts)
    if is_settled and any(row.secrets is not None for row in flight.rows.values()):
        Call.objects.filter(pk=parcel.call_id).update(sealed_members=None)


def _settle_accepted(flight: Flight, accepted: Verdicts, *, at: datetime) -> None:
    """Accepted by this very call is evidence even for a row that the sweeper has called unknown meanwhile, and for one
    that was put back to be sent again: what waits there need not go any more, and what a worker has claimed is stopped
    at the gate."""
    call_id, rows = flight.parcel.call_id, flight.rows
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM notifications_outbox o USING unnest(%s::uuid[], %s::int[]) AS v(id, fence)"
            " WHERE o.message_id = v.id AND o.call_id = %s"
            " AND (o.fence = v.fence AND o.state = 'sending' OR o.state = 'unknown')"
            " RETURNING o.message_id, o.is_possibly_doubled",
            [uuid_array(accepted), int_array(rows[one].fence for one in accepted), call_id],
        )
        ours = cursor.fetchall()
    if late := accepted.keys() - {row[0] for row in ours}:
        ours += [(one, True) for one in stop_again(sorted(late))]
    for doubled in {row[1] for row in ours}:
        pairs = [(row[0], accepted[row[0]].provider_message_id) for row in ours if row[1] == doubled]
        lifecycle.mark_sent(pairs, at=at, provider=flight.parcel.provider.key, call_id=call_id, is_doubled=doubled)


def _settle_others(flight: Flight, others: Verdicts, *, at: datetime) -> None:
    """Retry, defer, give back, call unknown or end the members that were not accepted."""
    following = {one: _decide(flight, one, verdict, at=at) for one, verdict in _bisected(flight, others).items()}
    ours = _bury(flight, others, following, at=at) + _write_steps(flight, following)
    lifecycle.add_call(ours, flight.parcel.call_id, provider=flight.parcel.provider.key)
    grouped: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    for one in ours:
        grouped[following[one].step, following[one].reason].append(one)
    for (step, reason), ids in grouped.items():
        if state := _STATES.get(step):
            moved = lifecycle.move(ids, state, at=at, reason=reason, due_at=following[ids[0]].at)
            if len(moved) < len(ids):
                drop_proven(ids)  # a report was faster than this answer: what the provider has must not go again
    _note(flight, {one: others[one] for one in ours}, following, at=at)
    _suppress_refused(flight, {one: others[one] for one in ours})
    _give_back_ceiling(flight, others, at=at)
    caps.give_back(one for one, verdict in others.items() if verdict.kind != Kind.AMBIGUOUS)
    _pause_domains(flight, others, at=at)


def _decide(flight: Flight, one: UUID, verdict: Verdict, *, at: datetime) -> Next:
    row = flight.rows[one]
    return decide_next(
        verdict, stream=row.stream, attempts=row.attempts + 1, at=at, expires_at=row.expires_at,
        spread=random.random, may_fail_over=flight.has_other and row.avoid_provider_id is None,
        may_repeat=kind_of(flight.parcel.provider).idempotency_window is not None,
    )  # fmt: skip


def _bisected(flight: Flight, others: Verdicts) -> Verdicts:
    """A whole batch that is refused for its content goes again in halves, until the bad member is alone."""
    size = len(flight.parcel.members)
    refused = [one for one, verdict in others.items() if verdict.kind == Kind.PERMANENT_MESSAGE]
    if size == 1 or len(refused) < size or kind_of(flight.parcel.provider).is_serial:
        return others
    half = max(1, size // 2)
    Outbox.objects.filter(message_id__in=refused, call_id=flight.parcel.call_id).update(batch_cap=half)
    return {one: Verdict(kind=Kind.NOT_TRIED) for one in others}


def _bury(flight: Flight, verdicts: Verdicts, following: Mapping[UUID, Next], *, at: datetime) -> list[UUID]:
    """Move the mails that end here to the dead letters; return those that were still ours."""
    ending = [one for one, after in following.items() if after.step in {"fail", "die"}]
    return deadletters.bury(
        [
            deadletters.Burial(
                message_id=one, fence=flight.rows[one].fence, cause=following[one].reason, code=verdicts[one].code,
                answer=verdicts[one].answer,
            )
            for one in ending
        ],
        state=Outbox.State.SENDING, provider_key=flight.parcel.provider.key, at=at,
    )  # fmt: skip


def _write_steps(flight: Flight, following: Mapping[UUID, Next]) -> list[UUID]:
    """Move the outbox rows that stay; return those that were still ours."""
    staying = [one for one, after in following.items() if after.step not in {"fail", "die"}]
    if not staying:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_outbox o SET state = v.state, due_at = coalesce(v.due, o.due_at),"
            " lease_until = NULL, crashes = 0, avoid_provider_id = CASE WHEN v.elsewhere THEN %s END,"
            " attempts = o.attempts - CASE WHEN v.counts THEN 0 ELSE 1 END,"
            " call_id = CASE WHEN v.state = 'unknown' THEN o.call_id END,"
            " is_possibly_doubled = o.is_possibly_doubled OR v.doubles"
            " FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::timestamptz[], %s::bool[], %s::bool[], %s::bool[])"
            " AS v(id, fence, state, due, counts, elsewhere, doubles)"
            " WHERE o.message_id = v.id AND o.fence = v.fence AND o.state = 'sending' RETURNING o.message_id",
            [
                flight.parcel.provider.pk, staying, [flight.rows[one].fence for one in staying],
                [_WAITING_STATES[following[one].step] for one in staying], [following[one].at for one in staying],
                [following[one].counts for one in staying], [following[one].elsewhere for one in staying],
                [following[one].doubles for one in staying],
            ],
        )  # fmt: skip
        return [row[0] for row in cursor.fetchall()]


def _note(flight: Flight, verdicts: Verdicts, following: Mapping[UUID, Next], *, at: datetime) -> None:
    """Leave a line in each mail's timeline."""
    MessageEvent.objects.bulk_create(
        MessageEvent(
            message_id=one, kind=_EVENT_KINDS[following[one].step], occurred_at=at,
            provider=flight.parcel.provider.key,
            detail={"code": verdict.code, "answer": verdict.answer, "reason": following[one].reason},
        )
        for one, verdict in verdicts.items()
        if following[one].step in _EVENT_KINDS
    )  # fmt: skip


def _suppress_refused(flight: Flight, verdicts: Verdicts) -> None:
    """Stop writing to addresses that the provider says do not exist: mailboxes by their enhanced status (5.1.x, RFC
    3463 3.2), numbers by what the table of their provider's kind calls dead; who opted out there did so here too."""
    if not channel_of(flight.parcel.channel).is_mail:
        _stop_numbers(flight, verdicts)
        return
    dead = sorted(
        flight.rows[one].contact_id
        for one, verdict in verdicts.items()
        if verdict.kind == Kind.PERMANENT_RECIPIENT and verdict.code.startswith("5.1.")
    )
    for contact in Contact.objects.filter(pk__in=dead).order_by("pk"):
        suppress(
            contact, reason=Suppression.Reason.HARD_BOUNCE, scope=Suppression.Scope.ALL, detail="refused at hand-over"
        )


def _stop_numbers(flight: Flight, verdicts: Verdicts) -> None:
    kind, channel = kind_of(flight.parcel.provider), flight.parcel.channel
    for member in sorted(flight.parcel.members, key=lambda one: flight.rows[one.message_id].contact_id):
        verdict = verdicts.get(member.message_id)
        if verdict is None or verdict.kind != Kind.PERMANENT_RECIPIENT:
            continue
        meaning = kind.refusal_of(verdict.code)
        if meaning is Refusal.DEAD:
            contact_id = flight.rows[member.message_id].contact_id
            channel_of(channel).forget(member.address, contact_id=contact_id, detail="refused at hand-over")
        elif meaning is Refusal.OPTED_OUT:
            follow_reply(Reply(channel=channel, number=member.address, text="STOP"))


def _give_back_ceiling(flight: Flight, verdicts: Verdicts, *, at: datetime) -> None:
    """What the provider did not take does not count against the day of a young account."""
    if not channel_of(flight.parcel.channel).is_mail:
        return
    unsent = sum(verdict.kind != Kind.AMBIGUOUS for verdict in verdicts.values())
    domain = domain_of_sender(flight.parcel.sender)
    warmup.give_back(flight.parcel.provider.pk, domain, count=unsent, at=at)


def _pause_domains(flight: Flight, verdicts: Verdicts, *, at: datetime) -> None:
    """Keep the account off the recipient domains that block it. A phone number has none."""
    blocked = (
        {}
        if not channel_of(flight.parcel.channel).is_mail
        else {
            domain_of(member.address): verdicts[member.message_id]
            for member in flight.parcel.members
            if member.message_id in verdicts and verdicts[member.message_id].kind == Kind.BLOCKLISTED
        }
    )
    if blocked:
        breakers.pause_domains(flight.parcel.provider, blocked, at=at)


def _record_attempt(flight: Flight, answer: Answer) -> None:
    """One row a try: the worst verdict speaks for the call."""
    verdicts: Sequence[Verdict] = answer.verdicts
    worst = next((verdict for verdict in verdicts if verdict.kind != Kind.ACCEPTED), verdicts[0])
    Attempt.objects.bulk_create(
        [
            Attempt(
                call_id=flight.parcel.call_id, provider_key=flight.parcel.provider.key, stream=flight.stream,
                started_at=answer.started_at, milliseconds=answer.milliseconds, kind=worst.kind.value,
                code=worst.code[:64], answer=worst.answer[:500],
            )
        ]
    )  # fmt: skip
