"""How fast are the digests of many people closed and queued, when all are due at once?"""

from __future__ import annotations

import os
import time
from datetime import timedelta

import psutil
from django.db import connection
from django.db.models import Count, Q

from config import clock
from config.arrays import int_array
from config.loadtest.figures import rate
from config.loadtest.options import Failed, Options, Outcome
from config.loadtest.people import ensure_people, forget_leftovers
from config.loadtest.stack import peak_memory
from demo.notifications import PriceDrop
from notifications.delivery.models import Outbox
from notifications.routing.digest_flush import BATCH, flush_due
from notifications.routing.models import Digest

_ITEMS = 3


def run(options: Options) -> Outcome:
    """One due digest a person with three items each, closed by the sweep that does it every day."""
    people = ensure_people(options.number)
    forget_leftovers()
    _open_digests(people)
    started = time.perf_counter()
    while flush_due():
        pass
    seconds = time.perf_counter() - started
    _check(people)
    forget_leftovers()
    return {
        "rate": rate(options.number, seconds),
        "seconds": round(seconds, 2),
        "rss_mb": peak_memory(psutil.Process(os.getpid())),
        "digests": options.number,
        "items": options.number * _ITEMS,
        "batch": BATCH,
    }


def _open_digests(people: list[int]) -> None:
    """As if each person's events had come in this morning."""
    due = clock.now() - timedelta(minutes=1)
    payload = '{"name": "Enamel mug", "price": "12.60 EUR", "price_before": "14.00 EUR", "url": "https://shop.example"}'
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM notifications_digestitem i USING notifications_digest d"
            " WHERE d.id = i.digest_id AND d.contact_id = ANY(%s::bigint[])",
            [int_array(people)],
        )
        cursor.execute("DELETE FROM notifications_digest WHERE contact_id = ANY(%s::bigint[])", [int_array(people)])
        cursor.execute(
            "INSERT INTO notifications_digest (id, contact_id, type_key, group_key, channel, stream, cadence, state,"
            " opened_at, due_at, latest_at, reason)"
            " SELECT gen_random_uuid(), c, %s, '', 'email', %s, 'daily', 'open', %s, %s, %s, ''"
            " FROM unnest(%s::bigint[]) AS c",
            [PriceDrop.key, PriceDrop.stream, due, due, due, int_array(people)],
        )
        cursor.execute(
            "INSERT INTO notifications_digestitem (digest_id, event_id, payload, added_at)"
            " SELECT d.id, gen_random_uuid(), %s::jsonb, %s FROM notifications_digest d, generate_series(1, %s)"
            " WHERE d.contact_id = ANY(%s::bigint[])",
            [payload, due, _ITEMS, int_array(people)],
        )
        cursor.execute("ANALYZE notifications_digest, notifications_digestitem")


def _check(people: list[int]) -> None:
    """Raises Failed unless each person has one message waiting, and each digest names its message."""
    ours = Digest.objects.filter(contact_id__in=people)
    counted = ours.aggregate(all=Count("pk"), sent=Count("pk", filter=Q(state="sent", message_id__isnull=False)))
    waiting = Outbox.objects.filter(contact_id__in=people, type_key=PriceDrop.key).count()
    if (counted["all"], counted["sent"], waiting) != (len(people),) * 3:
        raise Failed(f"of {len(people)} digests {counted['sent']} were closed, and {waiting} mails wait")
