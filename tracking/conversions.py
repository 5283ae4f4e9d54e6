"""Which mail is an event with a value put down to? The last one its contact clicked before it, else the last opened.

A conversion is a row from the moment of its event. It is decided, and decided anew whenever a click or open comes to
light that might claim it, so the end does not depend on the order in which anything arrives. Two questions to two
snapshots: first the rows are locked, then the clicks are read, so that a click either is seen here, or its own
transaction waits for the lock and asks for another decision.

One gap is left: a click that is stored while the event's own transaction is open neither sees the row nor is seen if
it commits after the first decision. So each conversion is decided a second time, `SECOND_LOOK` after its event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from config import clock
from config.arrays import int_array, uuid_array
from config.ids import TIMELESS, id_floor
from tracking.figures.marking import mark_messages
from tracking.models import Conversion, Event, MessageEvent
from tracking.schemas import has_values
from tracking.worth import EventValue, read_worth

BATCH = 500
#: After so many batches others have their turn; the next sweep goes on.
MOST_BATCHES = 100
#: No transaction that stores an event or a click is open for so long.
SECOND_LOOK = timedelta(minutes=10)


def record_conversion(event: Event, value: EventValue) -> None:
    """Write down what an event is worth, in the transaction that stores it. The mail is found later."""
    [row] = conversions_of([(event, value)])
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracking_conversion (event_id, contact_id, name, amount, currency, reference, refunds,"
            " occurred_at, click_seconds, open_seconds, source, type_key, topic_key, attributed_by)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', '', '', '')",
            [
                event.pk, row.contact_id, row.name, row.amount, row.currency, row.reference, row.refunds,
                row.occurred_at, row.click_seconds, row.open_seconds,
            ],
        )  # fmt: skip


def conversions_of(events: Iterable[tuple[Event, EventValue]]) -> list[Conversion]:
    """The undecided rows of accepted events, not saved."""
    made = []
    for event, value in events:
        assert event.contact_id is not None
        worth, (click_seconds, open_seconds) = read_worth(value, event.payload), value.windows
        made.append(
            Conversion(
                event_id=event.pk, contact_id=event.contact_id, name=event.name, amount=worth.amount,
                currency=worth.currency, reference=worth.reference, refunds=value.refunds,
                occurred_at=event.received_at, click_seconds=click_seconds, open_seconds=open_seconds,
            )
        )  # fmt: skip
    return made


def ask_again(events: Sequence[MessageEvent], contact_of: dict[UUID, int]) -> None:
    """Have conversions decided anew that these clicks and opens of people might claim.

    Called after the contacts were written, whose locks keep two transactions from meeting here in different orders.
    """
    if not has_values():
        return
    touches = [one for one in events if one.kind in {"clicked", "opened"} and not one.is_machine]
    if touches:
        with connection.cursor() as cursor:
            cursor.execute(_ASK, [int_array(contact_of[one.message_id] for one in touches),
                                  [one.occurred_at for one in touches]])  # fmt: skip


# The longest window bounds the range that the index is asked for; the row's own one decides.
_ASK = """
    UPDATE tracking_conversion c SET due_at = clock_timestamp()
      FROM unnest(%s::bigint[], %s::timestamptz[]) AS v(contact_id, at)
     WHERE c.contact_id = v.contact_id AND c.occurred_at >= v.at
       AND (c.refunds = '' OR c.reference = '')
       AND v.at + make_interval(secs => greatest(c.click_seconds, c.open_seconds)) >= c.occurred_at
"""


def attribute_due() -> int:
    """Decide what is due, in batches; return how many rows were decided. Any number of processes may do so at once."""
    total, at = 0, clock.now()
    for _ in range(MOST_BATCHES):
        decided = _attribute_batch(at=at)
        total += decided
        if not decided:
            break
    return total


@transaction.atomic
def _attribute_batch(*, at: datetime) -> int:
    ids = _lock_due(at=at)
    if ids:
        changed = _decide(ids, oldest=_oldest_touch(ids), at=at)
        mark_messages(message for pair in changed for message in pair if message)
    return len(ids)


def _lock_due(*, at: datetime) -> list[UUID]:
    """Purchases before what takes them back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event_id FROM tracking_conversion WHERE due_at <= %s ORDER BY due_at, refunds, event_id LIMIT %s"
            " FOR UPDATE SKIP LOCKED",
            [at, BATCH],
        )
        return [row[0] for row in cursor.fetchall()]


def _oldest_touch(ids: Sequence[UUID]) -> datetime:
    """Before which no click or open matters for these: months that ended earlier are not looked at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(occurred_at - make_interval(secs => greatest(click_seconds, open_seconds)))"
            " FROM tracking_conversion WHERE event_id = ANY(%s::uuid[])",
            [uuid_array(ids)],
        )
        found: datetime = cursor.fetchone()[0]
        return found


def _decide(ids: Sequence[UUID], *, oldest: datetime, at: datetime) -> list[tuple[UUID | None, UUID | None]]:
    """Write the answers; return the mails that lost or won one, in pairs. Refunds of what changed are due now."""
    with connection.cursor() as cursor:
        cursor.execute(_DECIDE, {
            "ids": uuid_array(ids), "floor": id_floor(oldest - timedelta(days=1)), "timeless": TIMELESS, "at": at,
            "second": SECOND_LOOK.total_seconds(),
        })  # fmt: skip
        rows = cursor.fetchall()
        cursor.execute(_ASK_REFUNDS, {"ids": uuid_array(ids), "at": at})
    return [(before, after) for before, after in rows if before != after]


# A message event's id has the time of its fact, or a later one, so `floor` leaves whole months out. Reports without a
# time of their own have ids of 1970.
_TOUCH = """
    SELECT m.id, m.source, m.type_key, m.topic_key, e.occurred_at
      FROM tracking_message m JOIN tracking_messageevent e ON e.message_id = m.id
     WHERE m.contact_id = c.contact_id AND m.{column} <= c.occurred_at AND e.kind = '{kind}' AND NOT e.is_machine
       AND (e.id >= %(floor)s OR e.id < %(timeless)s) AND e.occurred_at <= c.occurred_at
       AND e.occurred_at >= c.occurred_at - make_interval(secs => c.{window})
     ORDER BY e.occurred_at DESC, e.id DESC LIMIT 1
"""
_CLICK = _TOUCH.format(column="clicked_at", kind="clicked", window="click_seconds")
_OPEN = _TOUCH.format(column="opened_at", kind="opened", window="open_seconds")
_PURCHASE = """
    SELECT p.message_id AS id, p.source, p.type_key, p.topic_key, p.touched_at AS occurred_at
      FROM tracking_conversion p
     WHERE c.refunds <> '' AND c.reference <> '' AND p.contact_id = c.contact_id AND p.name = c.refunds
       AND p.reference = c.reference AND p.message_id IS NOT NULL
     ORDER BY p.occurred_at, p.event_id LIMIT 1
"""
# A refund that names its purchase follows it; one that names none is decided as a purchase would be.
_DECIDE = f"""
    WITH found AS (
        SELECT c.event_id, c.message_id AS before, t.* FROM tracking_conversion c LEFT JOIN LATERAL (
            SELECT * FROM (
                SELECT 1 AS rank, 'refund' AS attributed_by, r.* FROM ({_PURCHASE}) r
                UNION ALL
                SELECT 2, 'click', k.* FROM ({_CLICK}) k WHERE c.refunds = '' OR c.reference = ''
                UNION ALL
                SELECT 3, 'open', o.* FROM ({_OPEN}) o WHERE c.refunds = '' OR c.reference = ''
            ) answers ORDER BY rank LIMIT 1
        ) t ON TRUE
         WHERE c.event_id = ANY(%(ids)s::uuid[])
    )
    UPDATE tracking_conversion c SET
           message_id = f.id, source = coalesce(f.source, ''), type_key = coalesce(f.type_key, ''),
           topic_key = coalesce(f.topic_key, ''), attributed_by = coalesce(f.attributed_by, ''),
           touched_at = f.occurred_at,
           due_at = CASE WHEN c.occurred_at + make_interval(secs => %(second)s) > %(at)s
                         THEN c.occurred_at + make_interval(secs => %(second)s) END
      FROM found f WHERE c.event_id = f.event_id RETURNING f.before, c.message_id
"""
_ASK_REFUNDS = """
    UPDATE tracking_conversion r SET due_at = %(at)s
      FROM tracking_conversion p
     WHERE p.event_id = ANY(%(ids)s::uuid[]) AND p.reference <> '' AND r.contact_id = p.contact_id
       AND r.refunds = p.name AND r.reference = p.reference
       AND (r.message_id, r.touched_at) IS DISTINCT FROM (p.message_id, p.touched_at)
"""
