"""What can a person decide about mails that a provider may or may not have, and what does late evidence undo?

Each decision takes the outbox rows first, as the pipeline does, and then the messages; a message that somebody else
holds at that moment (a report, say) is left to them, so a late webhook wins. What moved on is not touched: the number
returned says how many were still uncertain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from config.queues import ring_on_commit
from notifications.delivery.deadletters import Burial, bury, forget_accepted
from notifications.delivery.deadletters.notes import note
from notifications.delivery.models import Attempt, Call, Outbox
from tracking import lifecycle
from tracking.figures.marking import mark_messages
from tracking.models import Message

U = Outbox.State.UNKNOWN

_SENT_AT = (
    "UPDATE tracking_message m SET sent_at = coalesce(m.sent_at, (SELECT c.created_at FROM notifications_call c"
    " WHERE c.id = m.call_ids[cardinality(m.call_ids)]), %s) WHERE m.id = ANY(%s)"
)
_AGAIN = (
    "UPDATE notifications_outbox o SET state = 'retrying', due_at = %s, is_possibly_doubled = TRUE, call_id = NULL,"
    " avoid_provider_id = (SELECT c.provider_id FROM notifications_call c WHERE c.id = o.call_id)"
    " WHERE o.message_id = ANY(%s) RETURNING o.stream"
)

# Marked first, which locks them: between two statements a worker may claim a row or give it back.
_MARK = "UPDATE notifications_outbox o SET cancelled_at = coalesce(o.cancelled_at, now())"
_PROVEN = (
    f"{_MARK} FROM tracking_message m WHERE m.id = o.message_id AND o.message_id = ANY(%s) AND o.state <> 'sending'"
    " AND m.state IN ('sent', 'delivered') RETURNING o.message_id, o.state"
)
_AGAIN_AFTER_ALL = f"{_MARK} WHERE o.message_id = ANY(%s) AND o.is_possibly_doubled RETURNING o.message_id, o.state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Uncertain mails whose rows the caller has locked: `rows` still in the outbox (with their call), `bare` not."""

    rows: Mapping[UUID, UUID | None]
    bare: Sequence[UUID]

    @property
    def all(self) -> list[UUID]:
        return [*self.rows, *self.bare]


@transaction.atomic
def settle_as_sent(message_ids: Sequence[UUID], *, at: datetime, by: int | None) -> int:
    """Somebody knows that these were accepted (from the provider's own log, say); return how many were settled."""
    held = _hold(message_ids)
    Outbox.objects.filter(pk__in=held.rows, state=U).delete()
    settled = lifecycle.move(held.all, Message.State.SENT, at=at)
    with connection.cursor() as cursor:
        cursor.execute(_SENT_AT, [at, settled])
    mark_messages(settled)
    note(settled, "settled_sent", at=at, by=by)
    return len(settled)


@transaction.atomic
def settle_found(call: Call, found: Mapping[UUID, str], *, at: datetime) -> int:
    """The provider itself says that it has these, by its own ids; return how many were still uncertain."""
    held = _hold(list(found))
    Outbox.objects.filter(pk__in=held.rows, state=U).delete()
    pairs = [(one, found[one]) for one in held.all]
    return len(lifecycle.mark_sent(pairs, at=at, provider=call.provider.key, call_id=call.pk))


@transaction.atomic
def send_again(message_ids: Sequence[UUID], *, at: datetime, by: int | None) -> int:
    """Queue these again, flagged as possibly doubled, away from that account where there is another; return how many.

    Mails that the outbox has forgotten cannot be sent again: what they held is gone.
    """
    held = _hold(message_ids)
    going = list(held.rows)
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, [at, going])
        streams = {row[0] for row in cursor.fetchall()}
    lifecycle.move(going, Message.State.RETRYING, at=at, reason="sent_again_by_staff", due_at=at)
    note(going, "sent_again", at=at, by=by)
    for stream in streams:
        ring_on_commit(stream)
    return len(going)


@transaction.atomic
def give_up(message_ids: Sequence[UUID], *, at: datetime, by: int | None) -> int:
    """Make these dead letters, to be replayed or discarded later; return how many.

    Those that the outbox has forgotten are only marked: without their values there is nothing to replay.
    """
    held = _hold(message_ids)
    _bury(held.rows, at=at)
    ended = lifecycle.move(held.all, Message.State.DEAD, at=at, reason="unknown_given_up")
    note(ended, "given_up", at=at, by=by)
    return len(ended)


def drop_proven(message_ids: Sequence[UUID]) -> None:
    """Forget what was still planned for mails that evidence proved accepted, wherever they wait; the log knows.

    One that a worker has claimed is marked, and the gate refuses it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PROVEN, [list(message_ids)])
        _drop_resting(cursor.fetchall())
    forget_accepted(message_ids)


def stop_again(message_ids: Sequence[UUID]) -> list[UUID]:
    """Stop mails that go again though their first call was accepted after all; return those that were going.

    The caller settles their messages. One that another call is carrying just now cannot be stopped, but goes no third
    time, whatever comes of that call.
    """
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN_AFTER_ALL, [sorted(message_ids)])
        rows = cursor.fetchall()
    _drop_resting(rows)
    return [row[0] for row in rows]


def lock_waiting(message_ids: Sequence[UUID]) -> None:
    """Take the outbox rows of mails that reports are about to settle: before the messages, as everybody does.

    Not those that are `sending`: whoever records that call finds the report.
    """
    rows = Outbox.objects.filter(pk__in=message_ids).exclude(state=Outbox.State.SENDING).order_by("pk")
    list(rows.select_for_update().values_list("pk"))


def _drop_resting(marked: Sequence[tuple[UUID, str]]) -> None:
    """Delete those of the marked rows, locked by the marking, that no worker has in hand."""
    in_hand = {Outbox.State.CLAIMED.value, Outbox.State.SENDING.value}
    if resting := [message_id for message_id, state in marked if state not in in_hand]:
        Outbox.objects.filter(pk__in=resting).delete()


def _hold(message_ids: Sequence[UUID]) -> Held:
    rows = {
        row["message_id"]: row
        for row in Outbox.objects.filter(pk__in=message_ids)
        .order_by("pk")
        .select_for_update()
        .values("message_id", "state", "call_id")
    }
    uncertain = Message.objects.filter(pk__in=message_ids, aside=Message.State.UNKNOWN).order_by("pk")
    ours = list(uncertain.select_for_update(no_key=True, skip_locked=True).values_list("pk", flat=True))
    return Held(
        rows={one: rows[one]["call_id"] for one in ours if one in rows and rows[one]["state"] == U},
        bare=[one for one in ours if one not in rows],
    )


def _bury(rows: Mapping[UUID, UUID | None], *, at: datetime) -> None:
    """To the dead letters, each with the account and the last answer of its call."""
    calls = {one for one in rows.values() if one}
    accounts = dict(Call.objects.filter(pk__in=calls).values_list("pk", "provider__key"))
    answers = {attempt.call_id: attempt for attempt in Attempt.objects.filter(call_id__in=calls).order_by("id")}
    burials: dict[str, list[Burial]] = defaultdict(list)
    for one, call in rows.items():
        last = answers.get(call) if call else None
        burials[accounts.get(call, "") if call else ""].append(
            Burial(
                message_id=one, cause="unknown_given_up", code=last.code if last else "",
                answer=last.answer if last else "",
            )
        )  # fmt: skip
    for provider_key, mails in burials.items():
        bury(mails, state=U, provider_key=provider_key, at=at)
