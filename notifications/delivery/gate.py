"""May these claimed mails really go, now? Decided in the transaction that commits `sending`.

Contacts are taken in id order (for news alone, since places in caps are counted), then holds FOR SHARE; every writer of
suppression, choice, pause and hold takes its row for update first. So after an unsubscribe or a pause has committed, no
later `sending` can commit.

The order in which everything that touches mail takes rows, each kind in id order where there are several:

    contacts -> holds -> outbox rows -> messages -> dead letters

The outcome of a call takes the contacts that it may suppress before the outbox rows; reports take contacts, then the
outbox rows that are not `sending`, then messages. One statement may still take several rows in the order of its plan;
what PostgreSQL then breaks off is tried again: the outcome at once, reports at the next round, claimed mails when they
are given back. A mail that was withdrawn, or proved accepted, while it was claimed carries `cancelled_at`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeAlias
from uuid import UUID

from django.db import connection

from config.arrays import int_array, uuid_array
from notifications.delivery import outbox
from notifications.delivery.holds import stream_source
from notifications.delivery.models import Hold
from notifications.delivery.outbox import Claimed
from notifications.delivery.signals import beyond_cap
from preferences import caps
from preferences.eligibility import Ask, may_send
from preferences.facts import Facts, Lock, gather_facts
from preferences.quiet_hours import Rule, load_rules, quiet_until, spread
from tracking.models import Message

#: State and reason of a mail that may not go, and when it may if it only has to wait.
Verdict: TypeAlias = tuple[Message.State, str, datetime | None]

HELD_RECHECK = timedelta(minutes=5)

#: Reasons of the gate's own, beside those of preferences.eligibility.
REASONS: dict[str, str] = {
    "cancelled": "It was withdrawn",
    "expired": "It was too late to be of use",
    "held": "Its source is paused",
    "source_cancelled": "Its source was cancelled",
    "no_contact": "The contact does not exist any more",
    "no_address": "The person cannot be reached by this channel any more",
    "address_changed": "The address changed after it was rendered",
    "quiet_hours": "It is too early or too late in the day where the person lives",
    "capped": "The person has had as much mail as they should get for now",
    "to_digest": "The person has had enough mail for now, so it joins their next digest",
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
    passage, rules = Passage(facts=facts), load_rules()
    refused: dict[Verdict, list[Claimed]] = defaultdict(list)
    for row in rows:
        known = facts.get(row.contact_id)
        verdict = _judge(row, known, holds=_holds_of(row, holds), at=at)
        if verdict is None and known is not None and (rules or known.quiet_from):
            verdict = _judge_hour(row, known, rules, at=at)
        if verdict is None:
            passage.passed.append(row)
        else:
            refused[verdict].append(row)
    passage.refused = _settle(refused, at=at)
    return passage


def keep_to_caps(rows: Sequence[Claimed], facts: Mapping[int, Facts], *, at: datetime) -> set[UUID]:
    """Take places in the people's caps for mails that passed; settle those beyond, and return the others' ids."""
    exempt = {row.message_id for row in rows if not _is_refusable(row)}
    wanted = [
        caps.Use(
            message_id=row.message_id, contact_id=row.contact_id, stream=row.stream, topic_key=row.topic_key, at=at
        )
        for row in rows
        if row.message_id not in exempt
    ]
    waits = caps.take_places(wanted, facts) if wanted else {}
    if waits:
        beyond = [row for row in rows if row.message_id in waits]
        refused: dict[Verdict, list[Claimed]] = defaultdict(list)
        for row in beyond:
            refused[_beyond_cap(row, waits[row.message_id], at=at)].append(row)
        _settle(refused, at=at)
        if folded := [row for row in beyond if row.beyond_cap == "digest"]:
            beyond_cap.send(sender=None, rows=folded, at=at)
    return {row.message_id for row in rows} - waits.keys()


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


def _judge(row: Claimed, facts: Facts | None, *, holds: set[str | None], at: datetime) -> Verdict | None:
    if facts is None:
        return Message.State.SKIPPED, "no_contact", None
    if row.expires_at is not None and row.expires_at <= at:
        return Message.State.EXPIRED, "expired", None
    if Hold.State.CANCELLED in holds:
        return Message.State.CANCELLED, "source_cancelled", None
    if Hold.State.PAUSED in holds:
        return Message.State.DEFERRED, "held", at + HELD_RECHECK
    decision = may_send(facts, ask_of(row), at=at)
    return None if decision.allowed else (Message.State.SKIPPED, decision.reason, None)


def _judge_hour(row: Claimed, facts: Facts, rules: Sequence[Rule], *, at: datetime) -> Verdict | None:
    """Whether it is an hour for this mail; if not, it waits, unless it would come too late to be of use."""
    until = quiet_until(rules, facts, row.stream, at=at) if _is_refusable(row) else None
    return _put_off(row, "quiet_hours", spread(until, row.message_id)) if until else None


def _beyond_cap(row: Claimed, until: datetime, *, at: datetime) -> Verdict:
    if row.beyond_cap == "defer":
        return _put_off(row, "capped", spread(until, row.message_id))
    return Message.State.SKIPPED, "to_digest" if row.beyond_cap == "digest" else "capped", None


def _put_off(row: Claimed, reason: str, until: datetime) -> Verdict:
    if row.expires_at is not None and row.expires_at <= until:
        return Message.State.EXPIRED, "expired", None
    return Message.State.DEFERRED, reason, until


def _settle(refused: Mapping[Verdict, Sequence[Claimed]], *, at: datetime) -> int:
    """Write what was decided; return how many rows were still ours."""
    count = 0
    for (state, reason, until), group in refused.items():
        if until is not None:
            count += outbox.defer(group, reason=reason, at=at, due_at=until)
        else:
            count += outbox.end(group, state, reason=reason, at=at)
    return count


def _is_refusable(row: Claimed) -> bool:
    """Whether hours and caps hold for this mail at all."""
    return row.stream in caps.CAPPED_STREAMS and not row.is_required


def ask_of(row: Claimed) -> Ask:
    """What the eligibility rules are asked about a claimed mail; the same of all mails of a campaign."""
    return _ask(
        stream=row.stream, type_key=row.type_key, topic_key=row.topic_key, is_required=row.is_required,
        is_topic_default_on=row.is_topic_default_on, channel=row.channel,
    )  # fmt: skip


_ask = lru_cache(maxsize=1000)(Ask)


def _lock(rows: Sequence[Claimed]) -> tuple[dict[int, Facts], dict[str, str]]:
    """What is known of the people and the holds, under their locks: people first."""
    counts = any(row.stream in caps.CAPPED_STREAMS for row in rows)
    facts = gather_facts((row.contact_id for row in rows), lock=Lock.ALONE if counts else Lock.SHARED)
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
