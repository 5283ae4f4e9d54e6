"""May these claimed mails really go, now? Decided in the transaction that commits `sending`.

The contact and hold rows are taken FOR SHARE in id order; every writer of suppression, choice, pause and hold takes
its row for update first. So after an unsubscribe or a pause has committed, no later `sending` can commit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from config.arrays import int_array, uuid_array
from notifications.delivery import outbox
from notifications.delivery.holds import stream_source
from notifications.delivery.models import Hold
from notifications.delivery.outbox import Claimed
from preferences.eligibility import Ask, may_send
from preferences.facts import Facts, gather_facts
from tracking.models import Message

HELD_RECHECK = timedelta(minutes=5)

#: Reasons of the gate's own, beside those of preferences.eligibility.
REASONS: dict[str, str] = {
    "cancelled": "It was withdrawn",
    "expired": "It was too late to be of use",
    "held": "Its source is paused",
    "source_cancelled": "Its source was cancelled",
    "no_contact": "The contact does not exist any more",
    "address_changed": "The address changed after it was rendered",
}


@dataclass(slots=True, kw_only=True)
class Passage:
    """What the gate decided: `passed` may go; the others are settled already."""

    passed: list[Claimed] = field(default_factory=list)
    facts: dict[int, Facts] = field(default_factory=dict)
    refused: int = 0


def pass_gate(rows: Sequence[Claimed], *, at: datetime) -> Passage:
    """Decide on claimed rows inside the caller's transaction; settle those that may not go."""
    facts, holds = _lock(rows)
    passage = Passage(facts=facts)
    refused: dict[tuple[Message.State, str], list[Claimed]] = defaultdict(list)
    for row in rows:
        verdict = _judge(row, facts.get(row.contact_id), holds=_holds_of(row, holds), at=at)
        if verdict is None:
            passage.passed.append(row)
        else:
            refused[verdict].append(row)
    for (state, reason), group in refused.items():
        if state == Message.State.DEFERRED:
            passage.refused += outbox.defer(group, reason=reason, at=at, due_at=at + HELD_RECHECK)
        else:
            passage.refused += outbox.end(group, state, reason=reason, at=at)
    return passage


def would_pass(rows: Sequence[Claimed], *, at: datetime) -> bool:
    """Whether the gate would let all of these pass, decided under its locks; settles nothing."""
    facts, holds = _lock(rows)
    return all(_judge(row, facts.get(row.contact_id), holds=_holds_of(row, holds), at=at) is None for row in rows)


def enter_sending(calls: Sequence[tuple[Claimed, UUID]], *, until: datetime) -> set[UUID]:
    """Mark claimed rows as being sent, each in its call; return those that were still ours and not withdrawn."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_outbox o SET state = 'sending', call_id = v.call, lease_until = %s,"
            " attempts = attempts + 1 FROM unnest(%s::uuid[], %s::int[], %s::uuid[]) AS v(id, fence, call)"
            " WHERE o.message_id = v.id AND o.fence = v.fence AND o.state = 'claimed' AND o.cancelled_at IS NULL"
            " RETURNING o.message_id",
            [
                until,
                uuid_array(row.message_id for row, _ in calls),
                int_array(row.fence for row, _ in calls),
                uuid_array(call for _, call in calls),
            ],
        )
        return {row[0] for row in cursor.fetchall()}


def _judge(
    row: Claimed, facts: Facts | None, *, holds: set[str | None], at: datetime
) -> tuple[Message.State, str] | None:
    if facts is None:
        return Message.State.SKIPPED, "no_contact"
    if row.expires_at is not None and row.expires_at <= at:
        return Message.State.EXPIRED, "expired"
    if Hold.State.CANCELLED in holds:
        return Message.State.CANCELLED, "source_cancelled"
    if Hold.State.PAUSED in holds:
        return Message.State.DEFERRED, "held"
    decision = may_send(facts, ask_of(row), at=at)
    return None if decision.allowed else (Message.State.SKIPPED, decision.reason)


def ask_of(row: Claimed) -> Ask:
    """What the eligibility rules are asked about a claimed mail."""
    return Ask(
        stream=row.stream, type_key=row.type_key, topic_key=row.topic_key, is_required=row.is_required,
        is_topic_default_on=row.is_topic_default_on,
    )  # fmt: skip


def _lock(rows: Sequence[Claimed]) -> tuple[dict[int, Facts], dict[str, str]]:
    """What is known of the people and the holds, under their locks: people first."""
    facts = gather_facts((row.contact_id for row in rows), lock=True)
    return facts, _lock_holds({row.source for row in rows} | {stream_source(row.stream) for row in rows})


def _holds_of(row: Claimed, holds: dict[str, str]) -> set[str | None]:
    return {holds.get(row.source), holds.get(stream_source(row.stream))}


def _lock_holds(sources: Iterable[str]) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source, state FROM notifications_hold WHERE source = ANY(%s) ORDER BY source FOR SHARE",
            [sorted(sources)],
        )
        return dict(cursor.fetchall())
