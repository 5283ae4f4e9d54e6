"""What did no doorbell announce, and what did a dead worker leave behind?"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from config import clock
from config.queues import STREAMS, ring
from notifications.delivery import deadletters
from notifications.delivery.models import Call, Outbox, WorkerBeat
from notifications.delivery.outbox import lease_time
from notifications.delivery.settling import drop_proven
from tracking import lifecycle
from tracking.models import Message

logger = logging.getLogger("postrider.sweeper")

#: A row that was claimed this often without an end kills its workers.
POISON_CRASHES = 3
#: After a first crash rows go in batches of this size, after a second one alone.
SUSPECT_BATCH = 32
SWEEP_ROWS = 5000
#: A worker beats every five seconds; what was claimed before its last beat could be known is left alone for as long.
SILENCE = timedelta(seconds=25)


def due_streams(*, at: datetime) -> list[str]:
    """Streams with mails that are due, most urgent first. One short query a stream."""
    return [stream for stream in STREAMS if _has_due(stream, at=at)]


def ring_due() -> list[str]:
    """Ring for every stream with due mails; return the streams whose bell could not be rung."""
    return [stream for stream in due_streams(at=clock.now()) if not ring(stream)]


def recover_expired() -> int:
    """Take back what workers held longer than their leases; return the number of rows."""
    return _recover("lease_until < %s", clock.now())


def recover_silent() -> int:
    """Take back what workers hold that showed no sign of life for a while, long before their leases end.

    One that was only held up makes no call any more: its lease no longer covers one. Its late writes are refused.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT o.lease_owner FROM notifications_outbox o"
            " LEFT JOIN notifications_workerbeat b ON b.name = o.lease_owner"
            " AND b.beat_at > now() - %s * interval '1 second'"
            " WHERE o.state IN ('claimed', 'sending') AND b.name IS NULL"
            " AND o.lease_until < clock_timestamp() + %s * interval '1 second'",
            [SILENCE.total_seconds(), (lease_time() - SILENCE).total_seconds()],
        )
        owners = [row[0] for row in cursor.fetchall()]
    return sum(recover_worker(owner) for owner in owners)


def recover_worker(owner: str) -> int:
    """Take back what a worker held that is known to be dead; return the number of rows."""
    return _recover("lease_owner = %s", owner)


def expire_late() -> int:
    """End mails that are of no use any more; return how many."""
    at = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM notifications_outbox WHERE message_id IN (SELECT message_id FROM notifications_outbox"
            " WHERE expires_at <= %s AND state IN ('queued', 'retrying', 'deferred')"
            " LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING message_id",
            [at, SWEEP_ROWS],
        )
        ids = [row[0] for row in cursor.fetchall()]
        return len(lifecycle.move(ids, Message.State.EXPIRED, at=at, reason="expired")) if ids else 0


def erase_old_secrets() -> int:
    """Erase sealed values of calls whose outcome will not be asked again; return how many."""
    at = clock.now()
    open_calls = Outbox.objects.filter(call_id__isnull=False).values("call_id")
    old = Call.objects.filter(sealed_members__isnull=False, created_at__lt=at - Call.SECRETS_KEPT)
    return old.exclude(pk__in=open_calls).update(sealed_members=None)


def forget_silent_workers() -> int:
    """Drop what dead workers left of their sign of life a day ago; return how many."""
    return WorkerBeat.objects.filter(beat_at__lt=clock.now() - timedelta(days=1)).delete()[0]


def _has_due(stream: str, *, at: datetime) -> bool:
    due = Outbox.objects.filter(stream=stream, due_at__lte=at)  # two questions, for each has an index of its own
    if due.filter(state__in=["queued", "retrying", "deferred"]).exists():
        return True
    return due.filter(state="unknown", call_id__isnull=False).exists()  # of the others nobody expects anything


@transaction.atomic
def _recover(condition: str, value: str | datetime) -> int:
    at = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(  # the condition is one of the two above
            "SELECT message_id, state, crashes, call_id FROM notifications_outbox"
            f" WHERE state IN ('claimed', 'sending') AND {condition} LIMIT %s FOR UPDATE SKIP LOCKED",
            [value, SWEEP_ROWS],
        )
        rows = cursor.fetchall()
    unsent = [row[0] for row in rows if row[1] == "claimed" and row[2] < POISON_CRASHES]
    poison = [row[0] for row in rows if row[1] == "claimed" and row[2] >= POISON_CRASHES]
    uncertain = [(row[0], row[3]) for row in rows if row[1] == "sending"]
    _requeue(unsent, at=at)
    _bury(poison, at=at)
    _call_unknown(uncertain, at=at)
    if rows:
        logger.warning(
            "taken back from a dead worker: %d unsent, %d poison, %d unknown", len(unsent), len(poison), len(uncertain)
        )
    return len(rows)


def _requeue(ids: Sequence[UUID], *, at: datetime) -> None:
    """Provably unsent: back into the queue, in smaller company each time."""
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_outbox SET state = 'queued', lease_until = NULL, fence = fence + 1, due_at = %s,"
            " batch_cap = CASE WHEN crashes <= 1 THEN %s ELSE 1 END WHERE message_id = ANY(%s)",
            [at, SUSPECT_BATCH, list(ids)],
        )


def _bury(ids: Sequence[UUID], *, at: datetime) -> None:
    burials = [deadletters.Burial(message_id=one, cause="poison") for one in ids]
    buried = deadletters.bury(burials, state=Outbox.State.CLAIMED, at=at)
    if len(lifecycle.move(buried, Message.State.DEAD, at=at, reason="poison")) < len(buried):
        drop_proven(buried)


def _call_unknown(pairs: Sequence[tuple[UUID, UUID]], *, at: datetime) -> None:
    """The worker died between the `sending` commit and its outcome. What a webhook has settled is done."""
    if not pairs:
        return
    ids = [pair[0] for pair in pairs]
    Outbox.objects.filter(message_id__in=ids).update(
        state=Outbox.State.UNKNOWN, lease_until=None, fence=F("fence") + 1, crashes=0, due_at=at
    )
    moved = set(lifecycle.move(ids, Message.State.UNKNOWN, at=at, reason="worker_died"))
    Outbox.objects.filter(message_id__in=[one for one in ids if one not in moved]).delete()
    for call_id, members in _by_call(pairs).items():
        call = Call.objects.select_related("provider").get(pk=call_id)
        lifecycle.add_call(members, call_id, provider=call.provider.key)


def _by_call(pairs: Sequence[tuple[UUID, UUID]]) -> dict[UUID, list[UUID]]:
    grouped: dict[UUID, list[UUID]] = defaultdict(list)
    for message_id, call_id in pairs:
        grouped[call_id].append(message_id)
    return grouped
