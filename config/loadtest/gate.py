"""How long does the gate take for a batch, beside the time that the database takes itself?"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import time as hour

import psutil
from django.db import connection, transaction

from config import clock
from config.loadtest.campaign import make_mailing
from config.loadtest.figures import milliseconds, percentile, rate
from config.loadtest.newsletter import publish_newsletter
from config.loadtest.options import Options, Outcome
from config.loadtest.people import address_of, ensure_people, forget_leftovers
from config.loadtest.stack import peak_memory
from config.loadtest.statements import Statements
from config.queues import Stream
from notifications.delivery import gate, outbox
from notifications.delivery.outbox import Claimed, Recipient
from preferences import caps, quiet_hours
from preferences.models import FrequencyCap, QuietHours

BATCH = 1000
_STREAM = Stream.MARKETING.value


def run(options: Options) -> Outcome:
    """Decide about mails to so many people, in batches, under a quiet hour and two caps; nothing is handed over."""
    people = ensure_people(options.number)
    forget_leftovers()
    mailing = make_mailing(publish_newsletter())
    with ExitStack() as undo:
        _make_rules(undo)
        timed = [_time_batch(people[start : start + BATCH], start, mailing) for start in range(0, len(people), BATCH)]
    whole, database = [one for one, _, _ in timed], [one for _, one, _ in timed]
    own = [seconds - spent for seconds, spent, _ in timed]
    return {
        "rate": rate(options.number, sum(whole)),
        "seconds": round(sum(whole), 2),
        "rss_mb": peak_memory(psutil.Process(os.getpid())),
        "messages": options.number,
        "batch": BATCH,
        "statements": max(count for _, _, count in timed),
        "batch_ms": {"p50": milliseconds(percentile(whole, 0.5)), "p99": milliseconds(percentile(whole, 0.99))},
        "database_ms": {"p50": milliseconds(percentile(database, 0.5))},
        "own_ms": {"p50": milliseconds(percentile(own, 0.5)), "p99": milliseconds(percentile(own, 0.99))},
    }


def _make_rules(undo: ExitStack) -> None:
    """A quiet hour that is not now, and caps that leave room: they are asked about everybody and stop nobody."""
    start = (clock.now().hour + 12) % 24
    quiet = QuietHours.objects.create(name="load test", starts=hour(start), ends=hour((start + 1) % 24))
    limits = [FrequencyCap.objects.create(name="load test", most=1000, period=period) for period in ("day", "week")]
    for row in (quiet, *limits):
        undo.callback(row.delete)
    undo.callback(_forget)
    _forget()


def _forget() -> None:
    caps.forget_caps()
    quiet_hours.forget_rules()


def _time_batch(people: Sequence[int], start: int, mailing: outbox.Submission) -> tuple[float, float, int]:
    """Seconds of the gate for one batch, those of them in the database, and the number of its statements."""
    recipients = [
        Recipient(contact_id=person, address=address_of(start + number)) for number, person in enumerate(people)
    ]
    statements = Statements()
    with transaction.atomic():
        outbox.submit_to_many(replace(mailing, due_at=clock.now()), recipients)
        rows = outbox.claim(_STREAM, limit=BATCH, at=clock.now(), owner="loadtest")
        with connection.execute_wrapper(statements):
            started = time.perf_counter()
            _decide(rows)
            seconds = time.perf_counter() - started
        transaction.set_rollback(True)
    return seconds, statements.seconds, statements.count


def _decide(rows: Sequence[Claimed]) -> None:
    at = clock.now()
    passage = gate.pass_gate(rows, at=at)
    gate.keep_to_caps(passage.passed, passage.facts, at=at)
