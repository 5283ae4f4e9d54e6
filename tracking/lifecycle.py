"""How may a message move from state to state? The one table of edges, and the one function that moves along them.

While a worker has a message (`claimed`, `sending`) its outbox row carries that phase, under the lease and the fence;
the message row keeps the state it rests in until the outcome is known. One row is written per mail, not three.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from config.arrays import uuid_array
from tracking.figures.marking import mark_messages
from tracking.models import Message

S = Message.State

#: From each state to the states that may follow, with what causes the move.
EDGES: dict[Message.State, dict[Message.State, str]] = {
    S.QUEUED: {
        S.CLAIMED: "a worker takes a lease",
        S.UNKNOWN: "a backup was restored that may be older than its sending",
        S.SKIPPED: "a rule forbids it",
        S.CANCELLED: "withdrawn",
        S.EXPIRED: "too late to be of use",
    },
    S.CLAIMED: {
        S.QUEUED: "given back, or the lease ran out",
        S.SENDING: "the gate let it pass",
        S.SKIPPED: "the gate refused it",
        S.DEFERRED: "held or paused",
        S.RETRYING: "a bug, tried again later",
        S.FAILED: "it cannot be rendered",
        S.CANCELLED: "withdrawn",
        S.EXPIRED: "too late to be of use",
        S.DEAD: "crashed its worker three times",
    },
    S.SENDING: {
        S.SENT: "the provider accepted it",
        S.DELIVERED: "the webhook came before our own commit",
        S.QUEUED: "the call was not made, or its batch is split",
        S.RETRYING: "a passing fault, provably not accepted",
        S.DEFERRED: "the domain or the provider asks to wait",
        S.UNKNOWN: "no evidence either way",
        S.FAILED: "refused for good",
        S.DEAD: "out of tries",
    },
    S.RETRYING: {
        S.CLAIMED: "due again",
        S.SKIPPED: "a rule forbids it",
        S.CANCELLED: "withdrawn",
        S.EXPIRED: "too late to be of use",
    },
    S.DEFERRED: {
        S.CLAIMED: "due again",
        S.SKIPPED: "a rule forbids it",
        S.CANCELLED: "withdrawn",
        S.EXPIRED: "too late to be of use",
    },
    S.UNKNOWN: {
        S.SENT: "evidence that it was accepted",
        S.DELIVERED: "a webhook proves it",
        S.SENDING: "repeated with the provider's idempotency key",
        S.RETRYING: "sent again: critical, or declared safe to resend",
        S.FAILED: "evidence that it was refused",
        S.DEAD: "given up",
        S.EXPIRED: "too late to be of use",
    },
    S.SENT: {S.DELIVERED: "the recipient's server accepted it"},
    S.DELIVERED: {},
    S.SKIPPED: {},
    S.FAILED: {S.QUEUED: "replayed"},
    S.DEAD: {S.QUEUED: "replayed", S.DELIVERED: "late evidence"},
    S.CANCELLED: {},
    S.EXPIRED: {},
}

#: Phases that live on the outbox row, and the states the message row rests in meanwhile.
PHASES = frozenset({S.CLAIMED, S.SENDING})
RESTING = frozenset({S.QUEUED, S.RETRYING, S.DEFERRED, S.UNKNOWN})


def sources(to: Message.State) -> frozenset[Message.State]:
    """The states that a message row may hold when it moves to `to`."""
    direct = {state for state, following in EDGES.items() if to in following}
    through_phase = RESTING if direct & PHASES else frozenset()
    return frozenset(direct - PHASES) | through_phase


def move(
    message_ids: Sequence[UUID],
    to: Message.State,
    *,
    at: datetime,
    reason: str = "",
    due_at: datetime | None = None,
) -> list[UUID]:
    """Move messages to `to` by compare-and-set and return the ids that moved; the others were elsewhere already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tracking_message SET state = %s, state_at = %s, reason = %s, due_at = coalesce(%s, due_at)"
            " WHERE id = ANY(%s) AND state = ANY(%s) RETURNING id",
            [to.value, at, reason, due_at, list(message_ids), _values(sources(to))],
        )
        return [row[0] for row in cursor.fetchall()]


def mark_sent(
    accepted: Iterable[tuple[UUID, str]], *, at: datetime, provider: str, call_id: UUID, is_doubled: bool = False
) -> list[UUID]:
    """Record that `provider` accepted messages, given as (message id, provider's id); return the ids that moved.

    The call and the provider's id are kept also where a webhook was faster and the state has moved on.
    """
    pairs = list(accepted)
    provider_ids = {pair[1] for pair in pairs}
    with connection.cursor() as cursor:
        cursor.execute(
            _MARK_SENT if len(provider_ids) > 1 else _MARK_SENT_ALIKE,
            {
                "sources": _values(sources(S.SENT)), "at": at, "provider": provider, "call": call_id,
                "doubled": is_doubled, "ids": uuid_array(pair[0] for pair in pairs),
                "provider_id": next(iter(provider_ids), "")[:200],
                **({"provider_ids": [pair[1][:200] for pair in pairs]} if len(provider_ids) > 1 else {}),
            },
        )  # fmt: skip
        rows = cursor.fetchall()
    mark_messages(row[0] for row in rows)
    return [row[0] for row in rows if row[1] == S.SENT]


# A batch may be answered with one id for all of its mails.
_SENT = (
    " sent_at = coalesce(m.sent_at, %(at)s), provider = %(provider)s,"
    " call_ids = m.call_ids || %(call)s::uuid, is_possibly_doubled = m.is_possibly_doubled OR %(doubled)s"
)
_MARK_SENT_ALIKE = (
    "UPDATE tracking_message m SET state = CASE WHEN m.state = ANY(%(sources)s) THEN 'sent' ELSE m.state END,"
    " state_at = CASE WHEN m.state = ANY(%(sources)s) THEN %(at)s ELSE m.state_at END,"
    " reason = CASE WHEN m.state = ANY(%(sources)s) THEN '' ELSE m.reason END,"
    f" provider_message_id = %(provider_id)s,{_SENT} WHERE m.id = ANY(%(ids)s::uuid[]) RETURNING m.id, m.state"
)
_MARK_SENT = _MARK_SENT_ALIKE.replace("= %(provider_id)s", "= v.provider_id").replace(
    "WHERE m.id = ANY(%(ids)s::uuid[])",
    "FROM unnest(%(ids)s::uuid[], %(provider_ids)s::text[]) AS v(id, provider_id) WHERE m.id = v.id",
)


def add_call(message_ids: Sequence[UUID], call_id: UUID, *, provider: str) -> None:
    """Note on messages that a call carried them, whatever came of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tracking_message SET call_ids = call_ids || %s::uuid, provider = %s WHERE id = ANY(%s)"
            " AND NOT (%s = ANY(call_ids))",
            [call_id, provider, list(message_ids), call_id],
        )


def draw_diagram() -> str:
    """The edges as a Mermaid state diagram, for the docs."""
    lines = ["stateDiagram-v2", "    [*] --> queued"]
    for state, following in EDGES.items():
        lines += [f"    {state.value} --> {after.value}: {cause}" for after, cause in following.items()]
        if not following:
            lines.append(f"    {state.value} --> [*]")
    return "\n".join(lines)


def _values(states: Iterable[Message.State]) -> list[str]:
    return [state.value for state in states]
