"""Which digests are due, and what becomes of them? Closed and submitted in batches, each in one transaction.

A worker that dies in one leaves all of it open, and the next sweep takes it up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from config import clock
from config.arrays import uuid_array
from config.ids import new_id
from notifications.catalog import NotificationType
from notifications.catalog.channels import address_of
from notifications.catalog.registry import find_type
from notifications.compose.versions import UnknownTemplate, current_version_id
from notifications.delivery import outbox
from notifications.delivery.outbox import Submission
from notifications.routing.models import Digest, DigestItem
from notifications.routing.plan import ref_of
from notifications.routing.steps import ask_about
from notifications.routing.topics import topic_rule
from preferences.eligibility import may_send
from preferences.facts import Facts, gather_facts
from tracking.models import Message

BATCH = 500
#: A sweep takes so many batches, then lets others have their turn.
MOST_BATCHES = 20
#: So many items a template gets; `total` says how many there are.
MOST_ITEMS = 100

#: Reasons of digests' own, beside those of the eligibility rules.
REASONS: dict[str, str] = {
    "digest_empty": "Nothing was left to tell",
    "type_retired": "This kind of mail does not exist any more",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A due digest with its items' payloads in order, and what became of it."""

    digest: Digest
    payloads: Sequence[dict[str, Any]]
    refusal: str = ""
    submission: Submission | None = None


def flush_due() -> int:
    """Close what is due; return how many digests were closed."""
    closed = 0
    for _ in range(MOST_BATCHES):
        done = _flush_batch(at=clock.now())
        closed += done
        if done < BATCH:
            break
    return closed


@transaction.atomic
def _flush_batch(*, at: datetime) -> int:
    due = Digest.objects.filter(state=Digest.State.OPEN, due_at__lte=at).order_by("due_at")
    digests = list(due.select_for_update(skip_locked=True)[:BATCH])
    if not digests:
        return 0
    items = _items_of(digests)
    facts = gather_facts(digest.contact_id for digest in digests)
    closings = [_judge(digest, items[digest.pk], facts.get(digest.contact_id), at=at) for digest in digests]
    _submit([one for one in closings if one.submission is not None])
    _log_refused([one for one in closings if one.refusal and one.payloads], at=at)
    _close(closings, at=at)
    return len(digests)


def _judge(digest: Digest, payloads: Sequence[dict[str, Any]], facts: Facts | None, *, at: datetime) -> Closing:
    """Ask again: since the items came in the person may have left."""
    kind = find_type(digest.type_key)
    if kind is None or facts is None:
        return Closing(digest=digest, payloads=payloads, refusal="type_retired" if facts else "no_contact")
    if not payloads:
        return Closing(digest=digest, payloads=payloads, refusal="digest_empty")
    ask = ask_about(kind, digest.channel, topic_rule(kind.topic), usual=digest.channel)  # asked for when items came
    decision = may_send(facts, ask, at=at)
    if not decision.allowed:
        return Closing(digest=digest, payloads=payloads, refusal=decision.reason)
    try:
        submission = _submission(digest, kind, facts, payloads, at=at)
    except UnknownTemplate:
        return Closing(digest=digest, payloads=payloads, refusal="unknown_template")
    return Closing(digest=digest, payloads=payloads, submission=submission)


def _submission(
    digest: Digest, kind: type[NotificationType], facts: Facts, payloads: Sequence[dict[str, Any]], *, at: datetime
) -> Submission:
    version_id = current_version_id(kind.digest_template, facts.locale)
    return Submission(
        contact_id=facts.contact_id, address=address_of(digest.channel, facts),
        source=f"digest:{digest.pk}", type_key=kind.key, topic_key=kind.topic, stream=kind.stream,
        channel=digest.channel, beyond_cap=kind.beyond_cap, priority=kind.priority, template_version_id=version_id,
        template_ref=ref_of(version_id, kind.digest_template), due_at=at,
        expires_at=at + kind.expires_after if kind.expires_after else None,
        payload={"items": list(payloads[:MOST_ITEMS]), "total": len(payloads)},
        is_required=kind.is_required, is_topic_default_on=topic_rule(kind.topic).is_default_on,
        is_tracked=kind.is_tracked, on_unknown=kind.on_unknown,
        trail=[*_trail(digest, payloads), ["submit", "ok"]],
    )  # fmt: skip


def _trail(digest: Digest, payloads: Sequence[dict[str, Any]]) -> list[list[str]]:
    return [["digest", digest.cadence], ["items", f"gathered:{len(payloads)}"]]


def _submit(closings: Sequence[Closing]) -> None:
    outbox.submit([one.submission for one in closings if one.submission is not None])


def _log_refused(closings: Sequence[Closing], *, at: datetime) -> None:
    """A digest that is not sent is a row of the log too, with its reason."""
    Message.objects.bulk_create(
        [
            Message(
                id=new_id(), contact_id=one.digest.contact_id, source=f"digest:{one.digest.pk}",
                type_key=one.digest.type_key, channel=one.digest.channel, stream=one.digest.stream,
                state=Message.State.FAILED if one.refusal == "unknown_template" else Message.State.SKIPPED,
                reason=one.refusal, state_at=at, due_at=at,
                trail=[*_trail(one.digest, one.payloads), ["rules", one.refusal]],
            )
            for one in closings
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _close(closings: Sequence[Closing], *, at: datetime) -> None:
    """Compare and set: only what is open still is closed; its message is found by its source."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_digest d SET state = v.state, reason = v.reason, closed_at = %s,"
            " message_id = (SELECT m.id FROM tracking_message m WHERE m.source = 'digest:' || d.id"
            " AND m.contact_id = d.contact_id AND m.type_key = d.type_key LIMIT 1)"
            " FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS v(id, state, reason)"
            " WHERE d.id = v.id AND d.state = 'open'",
            [
                at, uuid_array(one.digest.pk for one in closings),
                ["sent" if one.submission else "dropped" for one in closings], [one.refusal for one in closings],
            ],
        )  # fmt: skip


def _items_of(digests: Sequence[Digest]) -> dict[UUID, list[dict[str, Any]]]:
    """The payloads of each digest's items, in the order of their events."""
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    items = DigestItem.objects.filter(digest__in=digests).order_by("event_id")
    for digest_id, payload in items.values_list("digest_id", "payload"):
        found[digest_id].append(payload)
    return found
