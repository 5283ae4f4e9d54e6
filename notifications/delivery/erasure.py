"""How does delivery forget a person? What waits never leaves, and nothing of what was sent to them can be shown again.

A stored call loses the person's member; the others stay as they are. It is not repeated any more then, which it would
not be anyway: a member must not be mailed.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from config import clock, vault
from notifications.delivery.models import Call, DeadLetter, Outbox
from preferences.holdings import Holding, Traces, register_holding
from tracking import lifecycle
from tracking.erasure import pattern_of
from tracking.models import Message

REASON = "erased"


def register() -> None:
    """Have delivery counted and looked through."""
    for holding in (
        Holding(name="stored mails", title="mails as they were sent (they cannot be shown any more)",
                count=_count_sent, erase=erase_calls),
        Holding(name="sealed mails", erase=erase_sealed_calls),
        Holding(name="answers", erase=erase_answers),
        Holding(name="waiting mails", title="mails that wait (they are cancelled)", count=_count_waiting,
                erase=cancel_waiting),
        Holding(name="dead letters", title="dead letters (they are discarded)", count=_count_dead,
                erase=discard_dead),
    ):  # fmt: skip
        register_holding(holding)


def cancel_waiting(traces: Traces, limit: int) -> int:
    """Withdraw what waits. What a worker has claimed is marked, and the gate refuses it; unknown mail stays unknown."""
    at = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"contact": traces.contact_id, "at": at})
        cursor.execute(_CANCEL, {"contact": traces.contact_id, "limit": limit})
        gone = cursor.fetchall()
    resting = [row[0] for row in gone if row[1] != Outbox.State.UNKNOWN]
    lifecycle.move(resting, Message.State.CANCELLED, at=at, reason=REASON)
    return len(gone)


def erase_calls(traces: Traces, limit: int) -> int:
    """Take the person out of calls that hold their values in the open."""
    return _run(_STRIP_CALLS, traces, min(limit, 500))


def erase_sealed_calls(traces: Traces, limit: int) -> int:
    """Take the person out of calls that hold their values sealed; such calls are few and young."""
    theirs = set(Message.objects.filter(contact_id=traces.contact_id).values_list("pk", flat=True)[:100_000])
    with connection.cursor() as cursor:
        cursor.execute(_SEALED_CALLS, {"contact": traces.contact_id})
        ids = [row[0] for row in cursor.fetchall()]
    wanted = {str(one) for one in theirs}
    return sum(_strip_sealed(call, wanted) for call in Call.objects.filter(pk__in=ids).select_for_update())


def erase_answers(traces: Traces, limit: int) -> int:
    """Answers to calls for the person alone; of others, those that name them. They were redacted as they came."""
    return _run(_EMPTY_ANSWERS, traces, limit)


def discard_dead(traces: Traces, limit: int) -> int:
    """Wipe what dead letters hold; the rows stay, so the log can say what became of each mail."""
    return _run(_DISCARD, traces, limit)


_OF_PERSON = "SELECT m.id FROM tracking_message m WHERE m.contact_id = %(contact)s"
#: The calls that carried mails of the person, done or under way.
_CALLS = (
    "SELECT unnest(m.call_ids) AS id FROM tracking_message m WHERE m.contact_id = %(contact)s"
    " UNION SELECT o.call_id FROM notifications_outbox o JOIN tracking_message m ON m.id = o.message_id"
    " WHERE m.contact_id = %(contact)s AND o.call_id IS NOT NULL"
)
_IS_THEIRS = "EXISTS (SELECT FROM tracking_message t WHERE t.id = (x.one ->> 'm')::uuid AND t.contact_id = %(contact)s)"
_STRIP_CALLS = (
    "UPDATE notifications_call c SET members = (SELECT coalesce(jsonb_agg(x.one ORDER BY x.place), '[]')"
    f" FROM jsonb_array_elements(c.members) WITH ORDINALITY AS x(one, place) WHERE NOT {_IS_THEIRS})"
    f" WHERE c.id IN (SELECT k.id FROM notifications_call k JOIN ({_CALLS}) w USING (id)"
    " WHERE k.members IS NOT NULL"
    f" AND EXISTS (SELECT FROM jsonb_array_elements(k.members) AS x(one) WHERE {_IS_THEIRS}) LIMIT %(limit)s)"
)
_SEALED_CALLS = (
    f"SELECT k.id FROM notifications_call k JOIN ({_CALLS}) w USING (id) WHERE k.sealed_members IS NOT NULL"
    " ORDER BY k.id"
)
_EMPTY_ANSWERS = (
    "UPDATE notifications_attempt SET answer = '' WHERE id IN (SELECT a.id FROM notifications_attempt a"
    f" JOIN notifications_call k ON k.id = a.call_id JOIN ({_CALLS}) w ON w.id = k.id"
    " WHERE a.answer <> '' AND (k.size = 1 OR a.answer ~* %(pattern)s) LIMIT %(limit)s)"
)
_DISCARD = (
    "UPDATE notifications_deadletter SET payload = '{}', secrets = NULL, answer = '', recipient_domain = '',"
    " order_key = '', discarded_at = coalesce(discarded_at, clock_timestamp()) WHERE message_id IN ("
    f"SELECT d.message_id FROM notifications_deadletter d WHERE d.message_id IN ({_OF_PERSON})"
    " AND (d.discarded_at IS NULL OR d.payload <> '{}' OR d.answer <> '' OR d.recipient_domain <> ''"
    " OR d.order_key <> '') LIMIT %(limit)s)"
)
_MARK = (
    "UPDATE notifications_outbox SET cancelled_at = %(at)s WHERE state = 'claimed' AND cancelled_at IS NULL"
    f" AND message_id IN ({_OF_PERSON})"
)
_CANCEL = (
    "DELETE FROM notifications_outbox WHERE message_id IN (SELECT o.message_id FROM notifications_outbox o"
    f" WHERE o.message_id IN ({_OF_PERSON}) AND o.state IN ('queued', 'retrying', 'deferred', 'unknown')"
    " LIMIT %(limit)s FOR UPDATE SKIP LOCKED) RETURNING message_id, state"
)


def _run(statement: str, traces: Traces, limit: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"contact": traces.contact_id, "limit": limit, "pattern": pattern_of(traces)})
        return int(cursor.rowcount)


def _strip_sealed(call: Call, wanted: set[str]) -> int:
    members: list[dict[str, Any]] = json.loads(vault.unseal(bytes(call.sealed_members or b"")))
    others = [one for one in members if one["m"] not in wanted]
    if len(others) == len(members):
        return 0
    return Call.objects.filter(pk=call.pk).update(sealed_members=vault.seal(json.dumps(others)) if others else None)


def _count_sent(contact_id: int) -> int:
    return Message.objects.filter(contact_id=contact_id, sent_at__isnull=False).count()


def _count_waiting(contact_id: int) -> int:
    return Outbox.objects.filter(message__contact_id=contact_id).count()


def _count_dead(contact_id: int) -> int:
    return DeadLetter.objects.filter(message__contact_id=contact_id, discarded_at=None).count()
