"""How is a dead letter sent after all? As the next generation of the same message, through the gate again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, QuerySet

from config.queues import ring_on_commit
from notifications.delivery.deadletters.content import CONTENT_CAUSES, VERSION_SQL
from notifications.delivery.deadletters.notes import note
from notifications.delivery.deadletters.shelf_life import refusal_at
from notifications.delivery.failures import Kind
from notifications.delivery.models import WAITING_COLUMNS, DeadLetter
from tracking import lifecycle
from tracking.models import Message, MessageEvent

BATCH = 1000
#: Each generation's fences start here times its number, above any that a worker of an earlier one may still hold.
FENCES = 65_536
#: Causes after which nobody can say whether the provider has the mail.
UNCERTAIN_CAUSES = ("unknown_given_up",)
#: Causes that a batch must not suffer for again: such mails go alone.
_SUSPECT_CAUSES = ("poison", Kind.PERMANENT_MESSAGE.value)

_CHANGED = {"attempts", "generation", "template_version_id"}
_COPIED = ", ".join(f"d.{column}" for column in WAITING_COLUMNS if column not in _CHANGED)
_COPIED_TO = _COPIED.replace("d.", "")

# One statement: at no moment is a mail in both tables or in neither.
_BACK = (
    "WITH d AS (DELETE FROM notifications_deadletter WHERE message_id = ANY(%(ids)s) RETURNING *)"
    f" INSERT INTO notifications_outbox (message_id, {_COPIED_TO}, attempts, generation, template_version_id,"
    " state, due_at, lease_owner, fence, crashes, batch_cap, is_possibly_doubled)"
    f" SELECT d.message_id, {_COPIED}, 0, d.generation + 1, {VERSION_SQL}, 'queued', v.due, '',"
    f" (d.generation + 1) * {FENCES}, 0,"
    " CASE WHEN d.cause = ANY(%(suspect)s) THEN 1 END, v.is_doubtful OR d.cause = ANY(%(uncertain)s)"
    " FROM d JOIN unnest(%(ids)s::uuid[], %(dues)s::timestamptz[], %(doubtful)s::bool[])"
    " AS v(id, due, is_doubtful) ON v.id = d.message_id RETURNING stream"
)
# The log follows: the version may be a newer one, and the address may have been mended.
_GENERATION = (
    "UPDATE tracking_message m SET generation = o.generation, due_at = o.due_at,"
    " template_version_id = o.template_version_id, template_ref = coalesce((SELECT t.key || '@' || w.number"
    " FROM notifications_templateversion w JOIN notifications_template t ON t.id = w.template_id"
    " WHERE w.id = o.template_version_id), m.template_ref),"
    " recipient_domain = CASE WHEN m.channel = 'email'"
    " THEN coalesce(substring(c.address FROM '[^@]*$'), m.recipient_domain) ELSE m.recipient_domain END"
    " FROM notifications_outbox o JOIN preferences_contact c ON c.id = o.contact_id"
    " WHERE o.message_id = m.id AND m.id = ANY(%s)"
)
# A call without an answer, or with an unclear one, may have been accepted; so may a mail that a reader reported.
_DOUBTFUL = (
    "SELECT m.id FROM tracking_message m WHERE m.id = ANY(%s) AND ("
    " coalesce(m.sent_at, m.delivered_at, m.opened_at, m.clicked_at) IS NOT NULL"
    " OR EXISTS (SELECT FROM tracking_messageevent e WHERE e.message_id = m.id AND e.kind = %s)"
    " OR EXISTS (SELECT FROM unnest(m.call_ids) AS c(id) LEFT JOIN notifications_attempt a ON a.call_id = c.id"
    " WHERE a.id IS NULL OR a.kind = %s))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """How many mails go again, and how many do not, by the reason (codes of `shelf_life.REFUSALS`)."""

    replayed: int = 0
    refused: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: Replay) -> Replay:
        refused = Counter(self.refused) + Counter(other.refused)
        return Replay(replayed=self.replayed + other.replayed, refused=dict(refused))


def replay(
    message_ids: Sequence[UUID], *, at: datetime, per_second: float | None = None, by: int | None = None
) -> Replay:
    """Queue dead letters again, in this order and at most `per_second`; `by` is the member of staff (user id).

    The gate decides again about each: consent, suppression, expiry, caps. What may be with a provider already is
    flagged as possibly doubled. Pressed twice, the second time finds nothing to do. Commits a batch at a time.
    """
    wanted = list(dict.fromkeys(message_ids))
    total = Replay()
    for start in range(0, len(wanted), BATCH):
        step = timedelta(seconds=1 / per_second) if per_second else timedelta()
        dues = (at + step * number for number in range(total.replayed, total.replayed + BATCH))
        total += _replay_batch(wanted[start : start + BATCH], dues=dues, at=at, by=by)
    return total


def count_replayable(letters: QuerySet[DeadLetter], *, at: datetime) -> Replay:
    """What `replay` would do with these now: the dry run. One query."""
    rows = letters.order_by().annotate(refusal=refusal_at(at)).values_list("refusal").annotate(number=Count("pk"))
    counts = dict(rows.values_list("refusal", "number"))
    return Replay(replayed=counts.pop("", 0), refused=counts)


@transaction.atomic
def _replay_batch(ids: Sequence[UUID], *, dues: Iterator[datetime], at: datetime, by: int | None) -> Replay:
    refusals, causes = _lock(ids, at=at)
    fit = [one for one in ids if refusals.get(one) == ""]
    lifecycle.move(fit, Message.State.QUEUED, at=at, reason="replayed")
    _return_to_outbox(fit, [next(dues) for _ in fit])
    note(fit, "replayed", at=at, by=by, causes=causes)
    refused = Counter(refusals.get(one, "not_dead") for one in ids if refusals.get(one) != "")
    return Replay(replayed=len(fit), refused=dict(refused))


def _lock(ids: Sequence[UUID], *, at: datetime) -> tuple[dict[UUID, str], dict[UUID, str]]:
    """Take messages, then their dead letters, as reports do; the refusal and the cause of each that is there."""
    list(Message.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    letters = DeadLetter.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    rows = list(letters.annotate(refusal=refusal_at(at)).values_list("pk", "refusal", "cause"))
    return {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}


def _return_to_outbox(ids: Sequence[UUID], dues: Sequence[datetime]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DOUBTFUL, [list(ids), MessageEvent.Kind.UNKNOWN.value, Kind.AMBIGUOUS.value])
        doubtful = {row[0] for row in cursor.fetchall()}
        cursor.execute(
            _BACK,
            {
                "ids": list(ids), "dues": list(dues), "doubtful": [one in doubtful for one in ids],
                "content": list(CONTENT_CAUSES), "suspect": list(_SUSPECT_CAUSES),
                 "uncertain": list(UNCERTAIN_CAUSES),
            },
        )  # fmt: skip
        streams = {row[0] for row in cursor.fetchall()}
        cursor.execute(_GENERATION, [list(ids)])
    for stream in streams:
        ring_on_commit(stream)
