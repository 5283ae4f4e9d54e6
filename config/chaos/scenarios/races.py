"""Who wins when two want opposite things at once? Unsubscribing against sending, and one key from fifty threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from django.db import connection, transaction

from config.chaos.campaign import TOPIC
from config.chaos.ground import Ground
from config.chaos.scenario import Scenario
from config.loadtest.events import PAYLOAD
from config.loadtest.people import address_of
from preferences.choices import unsubscribe
from preferences.models import Contact, Topic
from tracking.models import Event, Message
from tracking.signals import event

_LEAVERS = 8
_THREADS = 50

# A `sending` commit writes the call, an unsubscribe the choice: PostgreSQL says which transaction committed first.
_SENT_AFTER_LEAVING = """
    SELECT count(*) FILTER (WHERE pg_xact_commit_timestamp(k.xmin) > pg_xact_commit_timestamp(c.xmin)),
           count(*) FILTER (WHERE pg_xact_commit_timestamp(k.xmin) <= pg_xact_commit_timestamp(c.xmin))
    FROM preferences_choice c
    JOIN tracking_message m ON m.contact_id = c.contact_id AND m.source LIKE 'chaos:%'
    JOIN notifications_call k ON k.id = ANY(m.call_ids)
"""


def _unsubscribe(ground: Ground) -> None:
    """Everybody leaves while being written to: whoever left before the `sending` commit gets nothing."""
    _remember_commit_times(ground)
    ground.freeze()
    people = sorted(set().union(*ground.accepted.recipients.values()))
    ground.chance.shuffle(people)
    ground.slow_down()
    with ground.workers():
        ground.await_share(0.05)
        _in_threads(_LEAVERS, lambda part: _leave(people[part::_LEAVERS]))
        ground.await_end()
    with connection.cursor() as cursor:
        cursor.execute(_SENT_AFTER_LEAVING)
        after, before = cursor.fetchone()
    skipped = Message.objects.filter(state=Message.State.SKIPPED).count()
    ground.ended_otherwise = skipped
    ground.figures.update(races=len(people), sent_before_leaving=before, sent_after_leaving=after, stopped=skipped)
    ground.expect(not after, f"{after} mails were sent to people who had left before")
    ground.expect(before and skipped, "the race was one-sided: take more --messages")


def _remember_commit_times(ground: Ground) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER SYSTEM SET track_commit_timestamp = on")
    connection.close()
    ground.postgres.stop()
    ground.postgres.start()


def _leave(people: Sequence[int]) -> None:
    topic = Topic.objects.get(key=TOPIC)
    for contact in Contact.objects.filter(pk__in=people).order_by("?"):
        unsubscribe(contact, topic=topic, source="chaos")


def _same_key(ground: Ground) -> None:
    """Fifty threads raise the same event with the same key, again and again."""
    rounds = max(1, ground.dose.messages // _THREADS)
    gate = threading.Barrier(_THREADS)
    keys = [f"chaos-{uuid4().hex}" for _ in range(rounds)]
    _in_threads(_THREADS, lambda _: _raise_together(keys, gate))
    events = Event.objects.filter(key__in=keys, state=Event.State.ACCEPTED)
    ground.accepted.events.update(events.values_list("pk", flat=True))
    ground.figures.update(keys=rounds, threads=_THREADS, events=events.count())
    ground.expect(events.count() == rounds, f"{rounds} keys gave {events.count()} events")
    with ground.workers("critical,transactional"):
        ground.await_end()
    mails = Message.objects.count()
    ground.expect(mails == rounds, f"{rounds} keys gave {mails} mails")


def _raise_together(keys: Iterable[str], gate: threading.Barrier) -> None:
    for number, key in enumerate(keys):
        gate.wait(60)
        with transaction.atomic():
            event.send(sender=None, name="order.placed", contact=address_of(number), payload=PAYLOAD, key=key)


def _in_threads(number: int, work: Callable[[int], None]) -> None:
    def whole(part: int) -> None:
        try:
            work(part)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=number) as pool:
        list(pool.map(whole, range(number)))


SCENARIOS = (
    Scenario(
        name="unsubscribe",
        line="everybody unsubscribes while the campaign goes out",
        bound="0",
        run=_unsubscribe,
        providers=("mailgun",),
        messages=10_000,
    ),
    Scenario(
        name="same-key",
        line="the same event with the same key from 50 threads at once",
        bound="0",
        run=_same_key,
        messages=500,
    ),
)
