"""How do mails get into the outbox, and how do workers take them out of it?"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models.expressions import DatabaseDefault

from config.arrays import int_array, read_json, uuid_array
from config.ids import new_id
from config.queues import STREAMS, ring_on_commit
from notifications.catalog.channels import EMAIL, channel_of
from notifications.delivery.models import Outbox
from preferences.addresses import domain_of
from tracking import lifecycle
from tracking.models import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A mail to be sent: who, why, with which template version and values. Times are aware."""

    contact_id: int
    address: str
    source: str
    stream: str
    template_version_id: UUID
    template_ref: str
    due_at: datetime
    type_key: str = ""
    topic_key: str = ""
    part: str = ""
    channel: str = "email"
    beyond_cap: str = "defer"
    event_id: UUID | None = None
    expires_at: datetime | None = None
    priority: int = 50
    payload: dict[str, Any] = field(default_factory=dict)
    secrets: bytes | None = None
    is_required: bool = False
    is_topic_default_on: bool = True
    is_tracked: bool = True
    on_unknown: str = "give_up"
    order_key: str = ""
    trail: list[list[str]] = field(default_factory=list)


@dataclass(slots=True)
class Claimed:
    """An outbox row in a worker's hands, as it was when claimed."""

    message_id: UUID
    contact_id: int
    stream: str
    fence: int
    attempts: int
    expires_at: datetime | None
    avoid_provider_id: int | None
    is_possibly_doubled: bool
    source: str
    type_key: str
    topic_key: str
    is_topic_default_on: bool
    is_required: bool
    is_tracked: bool
    template_version_id: UUID
    payload: dict[str, Any]
    secrets: bytes | None
    batch_cap: int | None = None
    on_unknown: str = "give_up"
    order_key: str = ""
    channel: str = "email"
    beyond_cap: str = "defer"


_COLUMNS = tuple(Claimed.__dataclass_fields__)


@transaction.atomic
def submit(submissions: Sequence[Submission]) -> list[UUID]:
    """Write message and outbox rows together, in one statement, and ring; return the ids of the new messages.

    What was submitted before (same source, type, contact, channel and part) is left as it is, so fan-out can be
    run again.
    """
    if not submissions:
        return []
    example = _message(submissions[0])
    message = _shared_columns(example, without=tuple(_OF_MESSAGE))
    row = _shared_columns(_outbox(example.pk, submissions[0]), without=tuple(_OF_ROW))
    wanted = {str(new_id()): one for one in submissions}
    with connection.cursor() as cursor:
        cursor.execute(
            _SUBMIT.format(
                message=", ".join(message), message_values=", ".join(["%s"] * len(message)),
                row=", ".join(row), row_values=", ".join(["%s"] * len(row)),
            ),
            [json.dumps([_record(key, one) for key, one in wanted.items()]), *message.values(), *row.values()],
        )  # fmt: skip
        new = [str(found[0]) for found in cursor.fetchall()]
    for stream in {wanted[key].stream for key in new}:
        ring_on_commit(stream)
    return [UUID(key) for key in wanted if key in set(new)]


# The columns in which submissions differ, with their types: first those that both tables have.
_OF_BOTH = {
    "contact_id": "bigint", "stream": "text", "channel": "text", "source": "text", "type_key": "text",
    "topic_key": "text", "template_version_id": "uuid", "due_at": "timestamptz",
}  # fmt: skip
_OF_MESSAGE = {
    **_OF_BOTH, "id": "uuid", "event_id": "uuid", "part": "text", "template_ref": "text", "trail": "jsonb",
    "recipient_domain": "text",
}  # fmt: skip
_OF_ROW = {
    **_OF_BOTH, "message_id": "uuid", "priority": "smallint", "expires_at": "timestamptz", "payload": "jsonb",
    "secrets": "bytea", "is_required": "boolean", "is_topic_default_on": "boolean", "is_tracked": "boolean",
    "on_unknown": "text", "order_key": "text", "beyond_cap": "text",
}  # fmt: skip
_RECORD = {**_OF_MESSAGE, **_OF_ROW, "secrets": "text"}
_SUBMIT = (
    f"WITH given AS (SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r({', '.join(map(' '.join, _RECORD.items()))})),"
    f" new AS (INSERT INTO tracking_message ({', '.join(_OF_MESSAGE)}, {{message}})"
    f" SELECT {', '.join(_OF_MESSAGE)}, {{message_values}} FROM given ON CONFLICT DO NOTHING RETURNING id)"
    f" INSERT INTO notifications_outbox ({', '.join(_OF_ROW)}, {{row}})"
    f" SELECT {', '.join('decode(secrets, $$base64$$)' if one == 'secrets' else one for one in _OF_ROW)},"
    " {row_values} FROM given JOIN new USING (id) RETURNING message_id"
)


def _record(message_id: str, submission: Submission) -> dict[str, Any]:
    """A submission as JSON takes it, by column."""
    given = submission
    return {
        "id": message_id, "message_id": message_id, "contact_id": given.contact_id, "stream": given.stream,
        "channel": given.channel, "source": given.source, "type_key": given.type_key, "topic_key": given.topic_key,
        "template_version_id": str(given.template_version_id), "due_at": given.due_at.isoformat(),
        "event_id": str(given.event_id) if given.event_id else None, "part": given.part,
        "template_ref": given.template_ref, "trail": given.trail, "recipient_domain": _domain(given),
        "priority": given.priority, "expires_at": given.expires_at.isoformat() if given.expires_at else None,
        "payload": given.payload, "secrets": b64encode(given.secrets).decode() if given.secrets else None,
        "is_required": given.is_required, "is_topic_default_on": given.is_topic_default_on,
        "is_tracked": given.is_tracked, "on_unknown": given.on_unknown, "order_key": given.order_key,
        "beyond_cap": given.beyond_cap,
    }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One person of a mailing; `address` is normalised."""

    contact_id: int
    address: str


@transaction.atomic
def submit_to_many(mailing: Submission, recipients: Sequence[Recipient]) -> int:
    """Submit one mail to many people in one statement; return how many messages are new.

    `mailing` says what they share; its own contact and address are not looked at. As with `submit`, what was
    submitted before is left as it is.
    """
    if not recipients:
        return 0
    message = _shared_columns(_message(mailing), without=("id", "contact_id", "recipient_domain"))
    row = _shared_columns(_outbox(UUID(int=0), mailing), without=("message_id", "contact_id"))
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH new AS (INSERT INTO tracking_message"
            f" (id, contact_id, recipient_domain, {', '.join(message)})"
            f" SELECT g.id, g.contact, g.domain, {', '.join(['%s'] * len(message))}"
            " FROM unnest(%s::uuid[], %s::bigint[], %s::text[]) AS g(id, contact, domain)"
            " ON CONFLICT DO NOTHING RETURNING id, contact_id)"
            f" INSERT INTO notifications_outbox (message_id, contact_id, {', '.join(row)})"
            f" SELECT new.id, new.contact_id, {', '.join(['%s'] * len(row))} FROM new",
            [
                *message.values(), uuid_array(new_id() for _ in recipients),
                int_array(one.contact_id for one in recipients),
                [_domain(mailing, one.address) for one in recipients], *row.values(),
            ],
        )  # fmt: skip
        count: int = cursor.rowcount
    ring_on_commit(mailing.stream)
    return count


def _shared_columns(row: Message | Outbox, *, without: tuple[str, ...]) -> dict[str, Any]:
    """Column -> value as the database takes it, of a row that is written many times."""
    fields = [field for field in row._meta.concrete_fields if not field.generated and field.column not in without]
    held = {str(field.column): field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields}
    return {column: value for column, value in held.items() if not isinstance(value, DatabaseDefault)}


def lease_time() -> timedelta:
    """How long a worker may hold a row without a sign; far longer than a provider call."""
    return timedelta(seconds=settings.POSTRIDER_LEASE_SECONDS)


@transaction.atomic
def claim(
    stream: str, *, limit: int, at: datetime, owner: str, is_least_urgent_first: bool = False, channel: str = EMAIL
) -> list[Claimed]:
    """Take up to `limit` due rows of a stream and channel, most urgent first, under a lease and a raised fence.

    No suspects.
    """
    order = _LEAST_URGENT_FIRST if is_least_urgent_first else _MOST_URGENT_FIRST
    return _claim(stream, channel, at=at, owner=owner, limit=limit, cap=None, order=order)


@transaction.atomic
def claim_suspects(stream: str, *, limit: int, at: datetime, owner: str, channel: str = EMAIL) -> list[Claimed]:
    """Take due rows that were in a crash, or in a batch that was refused, in a batch no larger than their cap.

    For a worker that holds nothing else: one poisonous row must not take innocent ones down with it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT batch_cap FROM notifications_outbox WHERE stream = %s AND channel = %s"
            " AND state IN ('queued', 'retrying', 'deferred') AND due_at <= %s"
            " AND batch_cap IS NOT NULL GROUP BY batch_cap ORDER BY min(priority), min(due_at)",
            [stream, channel, at],
        )
        caps = [row[0] for row in cursor.fetchall()]
    for cap in caps:  # those of the first one may all be locked, or wait for their turn
        rows = _claim(stream, channel, at=at, owner=owner, limit=min(cap, limit), cap=cap, order=_MOST_URGENT_FIRST)
        if rows:
            return rows
    return []


# The partial index outbox_due gives the order; SKIP LOCKED lets workers share it without waiting. Of mails with one
# order key and channel only the oldest may be taken: the next one waits until its row is gone, or is called unknown. An
# urgent mail never waits for a less urgent stream, which may be paused. Rows are fetched again by their place, which a
# lock holds still: as a join, stale statistics would make it a walk through the whole table.
_CLAIM = (
    "UPDATE notifications_outbox o SET state = 'claimed', lease_owner = %(owner)s, lease_until = %(until)s,"
    " fence = fence + 1, crashes = crashes + 1 WHERE o.ctid = ANY(ARRAY("
    "SELECT w.ctid FROM notifications_outbox w WHERE stream = %(stream)s AND channel = %(channel)s"
    " AND state IN ('queued', 'retrying', 'deferred') AND due_at <= %(at)s"
    " AND batch_cap IS NOT DISTINCT FROM %(cap)s::smallint"
    " AND (order_key = '' OR NOT EXISTS (SELECT FROM notifications_outbox e WHERE e.order_key = w.order_key"
    " AND e.order_key <> '' AND e.channel = w.channel AND e.message_id < w.message_id AND e.state <> 'unknown'"
    " AND e.stream = ANY(%(ahead)s)))"
    " ORDER BY {order} LIMIT %(limit)s FOR UPDATE SKIP LOCKED))"
    f" RETURNING {', '.join(f'o.{column}' for column in _COLUMNS)}, o.priority, o.due_at"
)
_MOST_URGENT_FIRST = "priority, due_at"
_LEAST_URGENT_FIRST = "priority DESC, due_at DESC"


def _claim(
    stream: str, channel: str, *, at: datetime, owner: str, limit: int, cap: int | None, order: str
) -> list[Claimed]:
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM.format(order=order),
            {
                "stream": stream, "channel": channel, "ahead": list(STREAMS[: STREAMS.index(stream) + 1]), "at": at,
                "cap": cap, "limit": limit, "owner": owner[:80], "until": at + lease_time(),
            },
        )  # fmt: skip
        rows = sorted(cursor.fetchall(), key=itemgetter(-2, -1))
    return [_claimed(row[:-2]) for row in rows]


def give_back(rows: Iterable[Claimed], *, due_at: datetime) -> int:
    """Return claimed rows unsent, unless someone else has them by now; return how many."""
    return len(_put_back(rows, Outbox.State.QUEUED, due_at=due_at))


@transaction.atomic
def give_back_of(owner: str) -> int:
    """Return all claimed rows of a worker that is alive and knows that it works on none; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_outbox SET state = 'queued', lease_until = NULL, fence = fence + 1,"
            " crashes = greatest(crashes - 1, 0) WHERE state = 'claimed' AND lease_owner = %s",
            [owner[:80]],
        )
        count: int = cursor.rowcount
        return count


@transaction.atomic
def defer(rows: Iterable[Claimed], *, reason: str, at: datetime, due_at: datetime) -> int:
    """Hold claimed mails back until `due_at`, and say why in the log; return how many were still ours."""
    ours = _put_back(rows, Outbox.State.DEFERRED, due_at=due_at)
    moved = lifecycle.move(ours, Message.State.DEFERRED, at=at, reason=reason, due_at=due_at)
    if ended := set(ours) - set(moved):  # the log says that it has gone meanwhile: nothing waits
        Outbox.objects.filter(pk__in=ended).exclude(state=Outbox.State.CLAIMED).delete()
    _note_in_trail(moved, reason)
    return len(moved)


@transaction.atomic
def release(stream: str, *, reason: str, most: int, at: datetime) -> int:
    """Make up to `most` mails due that were held back for a reason which is gone; return how many. Rings."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_outbox SET state = 'queued', due_at = %s WHERE message_id IN"
            " (SELECT o.message_id FROM notifications_outbox o JOIN tracking_message m ON m.id = o.message_id"
            " WHERE o.stream = %s AND o.state = 'deferred' AND m.aside = 'deferred' AND m.reason = %s"
            " ORDER BY o.priority, o.due_at LIMIT %s FOR UPDATE OF o SKIP LOCKED) RETURNING message_id",
            [at, stream, reason, most],
        )
        released = [row[0] for row in cursor.fetchall()]
    lifecycle.move(released, Message.State.QUEUED, at=at, due_at=at)
    if released:
        ring_on_commit(stream)
    return len(released)


def _note_in_trail(message_ids: Sequence[UUID], reason: str) -> None:
    """Keep why it was held back, for when it is sent; the same reason again is not repeated."""
    if not message_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tracking_message SET trail = trail || jsonb_build_array(jsonb_build_array('gate', %s::text))"
            " WHERE id = ANY(%s::uuid[]) AND trail -> -1 ->> 1 IS DISTINCT FROM %s",
            [reason, uuid_array(message_ids), reason],
        )


@transaction.atomic
def end(rows: Iterable[Claimed], state: Message.State, *, reason: str, at: datetime) -> int:
    """Settle claimed mails that will not be sent; return how many were still ours."""
    return len(lifecycle.move(drop(rows), state, at=at, reason=reason))


def _put_back(rows: Iterable[Claimed], state: Outbox.State, *, due_at: datetime) -> list[UUID]:
    """Take claimed rows out of a worker's hands, to be claimed again from `due_at` on; return the ids still ours."""
    rows = list(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_outbox o SET state = %s, lease_until = NULL, crashes = 0, due_at = %s"
            " FROM unnest(%s::uuid[], %s::int[]) AS v(id, fence)"
            " WHERE o.message_id = v.id AND o.fence = v.fence AND o.state = 'claimed' RETURNING o.message_id",
            [state.value, due_at, *_held(rows)],
        )
        return [row[0] for row in cursor.fetchall()]


def _held(rows: Iterable[Claimed]) -> list[str]:
    """Ids and fences, as two arrays."""
    rows = list(rows)
    return [uuid_array(row.message_id for row in rows), int_array(row.fence for row in rows)]


def drop(rows: Iterable[Claimed]) -> list[UUID]:
    """Delete claimed rows that are settled; return the ids that were still ours."""
    rows = list(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM notifications_outbox o USING unnest(%s::uuid[], %s::int[]) AS v(id, fence)"
            " WHERE o.message_id = v.id AND o.fence = v.fence AND o.state = 'claimed' RETURNING o.message_id",
            _held(rows),
        )
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def cancel(message_ids: Sequence[UUID], *, at: datetime, reason: str) -> int:
    """Withdraw mails that no worker is sending yet; return how many were withdrawn.

    A row that a worker has claimed is marked, and the gate, which locks the same row, refuses it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_outbox SET cancelled_at = %s WHERE message_id = ANY(%s)"
            " AND state NOT IN ('sending', 'unknown') AND cancelled_at IS NULL RETURNING message_id, state",
            [at, list(message_ids)],
        )
        marked = cursor.fetchall()
    resting = [row[0] for row in marked if row[1] != Outbox.State.CLAIMED]
    moved = lifecycle.move(resting, Message.State.CANCELLED, at=at, reason=reason)
    Outbox.objects.filter(message_id__in=moved).exclude(state=Outbox.State.CLAIMED).delete()
    return len(marked)


def _domain(submission: Submission, address: str = "") -> str:
    """What the log keeps of an address: a mail's domain, and nothing of a phone number."""
    return domain_of(address or submission.address) if channel_of(submission.channel).is_mail else ""


def _message(submission: Submission) -> Message:
    return Message(
        id=new_id(), contact_id=submission.contact_id, event_id=submission.event_id, source=submission.source,
        type_key=submission.type_key, part=submission.part, channel=submission.channel, stream=submission.stream,
        topic_key=submission.topic_key,
        template_ref=submission.template_ref, template_version_id=submission.template_version_id,
        trail=submission.trail, recipient_domain=_domain(submission), due_at=submission.due_at,
    )  # fmt: skip


def _outbox(message_id: UUID, submission: Submission) -> Outbox:
    return Outbox(
        message_id=message_id, contact_id=submission.contact_id, stream=submission.stream,
        priority=submission.priority, due_at=submission.due_at, expires_at=submission.expires_at,
        source=submission.source, type_key=submission.type_key, topic_key=submission.topic_key,
        is_topic_default_on=submission.is_topic_default_on, is_required=submission.is_required,
        is_tracked=submission.is_tracked, on_unknown=submission.on_unknown,
        template_version_id=submission.template_version_id, payload=submission.payload, secrets=submission.secrets,
        order_key=submission.order_key, channel=submission.channel, beyond_cap=submission.beyond_cap,
    )  # fmt: skip


def as_claimed(row: Outbox) -> Claimed:
    """An outbox row that the caller has locked, in the form that the pipeline works with."""
    return Claimed(**{column: getattr(row, column) for column in _COLUMNS})


def _claimed(row: Sequence[Any]) -> Claimed:
    claimed = Claimed(*row)
    claimed.payload = read_json(claimed.payload)
    return claimed
