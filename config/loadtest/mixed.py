"""How long does a single mail take while a campaign runs on the same machine?"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime

from django.db import connection, transaction

from config import clock
from config.loadtest.accounts import accounts
from config.loadtest.campaign import make_mailing
from config.loadtest.events import PAYLOAD
from config.loadtest.feeding import Feeder
from config.loadtest.figures import milliseconds, percentile, rate
from config.loadtest.newsletter import publish_newsletter
from config.loadtest.options import Failed, Options, Outcome
from config.loadtest.people import address_of, ensure_people, forget_leftovers
from config.loadtest.stack import peak_memory, running_workers
from config.loadtest.waiting import wait_until
from config.queues import Stream
from notifications.delivery.models import Outbox
from tracking.models import Message
from tracking.signals import event

#: Events a second: one critical for every three transactional ones.
EVENTS_A_SECOND = 20
_RESET = {"reset_url": "https://shop.example/reset/1", "minutes": 30}
_GROUPS = ("critical", "transactional", "marketing")


def run(options: Options) -> Outcome:
    """A campaign of so many people, and beside it single mails, from the first claim until the campaign has left."""
    sys.setswitchinterval(0.0005)  # who raises events is not held up by who feeds the campaign
    people = ensure_people(options.number)
    forget_leftovers()
    feeder = Feeder(people, make_mailing(publish_newsletter()))
    kind = options.provider or "mailgun"
    with _pools(kind, has_simulator=options.has_journal):
        feeder.fill()
        with running_workers(*_GROUPS) as workers:
            started, caller = time.monotonic(), _Caller()
            _await_workers()
            since = clock.now()
            caller.start()
            feeder.feed_to_the_end()
            seconds = time.monotonic() - started
            raised = caller.stop()
            _await_single_mails(since, raised)
            memory = peak_memory(workers)
    return {
        "rate": rate(options.number, seconds), "seconds": round(seconds, 2), "rss_mb": memory,
        "messages": options.number, "events": raised,
        "event_to_sent_ms": {
            stream: _figures(stream, since) for stream in (Stream.TRANSACTIONAL.value, Stream.CRITICAL.value)
        },
    }  # fmt: skip


@contextmanager
def _pools(kind: str, *, has_simulator: bool) -> Iterator[None]:
    """The campaign by one kind of account; single mails by Resend, whose answer any sink can give."""
    with ExitStack() as pools:
        for stream, chosen in (("marketing", kind), ("transactional", "resend"), ("critical", "resend")):
            pools.enter_context(accounts(chosen, stream=stream, has_simulator=has_simulator))
        yield


def _await_workers() -> None:
    """Until the campaign has begun, and a first single mail has warmed the other worker up."""
    wait_until("the campaign to begin", Outbox.objects.filter(state="sending").exists, seconds=60, tick=0.05)
    _raise(0)
    _raise(1)
    first = Message.objects.filter(stream__in=["critical", "transactional"], state="sent")
    wait_until("a first single mail", lambda: first.count() >= 2, seconds=60, tick=0.05)


class _Caller(threading.Thread):
    """Raises events at an even pace, whatever becomes of them."""

    def __init__(self) -> None:
        super().__init__(name="events", daemon=True)
        self._ending = threading.Event()
        self._raised = 0

    def run(self) -> None:
        began = time.monotonic()
        while not self._ending.wait(max(0.0, began + self._raised / EVENTS_A_SECOND - time.monotonic())):
            _raise(self._raised)
            self._raised += 1
        connection.close()

    def stop(self) -> int:
        """End, and say how many events were raised."""
        self._ending.set()
        self.join()
        return self._raised


def _raise(number: int) -> None:
    name, payload = ("password.reset_requested", _RESET) if number % 4 == 0 else ("order.placed", PAYLOAD)
    with transaction.atomic():
        event.send(sender=None, name=name, contact=address_of(number), payload=payload)


def _single(since: datetime) -> int:
    return Message.objects.filter(event__received_at__gte=since, sent_at__isnull=False).count()


def _await_single_mails(since: datetime, expected: int) -> None:
    if not expected:
        raise Failed("the campaign was over before an event was raised; take more --recipients")
    wait_until("the single mails to be sent", lambda: _single(since) >= expected, seconds=60, tick=0.2)


def _figures(stream: str, since: datetime) -> dict[str, float]:
    """From the event's row to our note of the provider's accept."""
    sent = Message.objects.filter(stream=stream, event__received_at__gte=since, sent_at__isnull=False)
    times = sent.values_list("sent_at", "event__received_at")
    delays = [(sent_at - received_at).total_seconds() for sent_at, received_at in times if sent_at is not None]
    return {
        "p50": milliseconds(percentile(delays, 0.5)), "p99": milliseconds(percentile(delays, 0.99)),
        "worst": milliseconds(max(delays)), "mails": len(delays), **_stages(stream, since),
    }  # fmt: skip


def _stages(stream: str, since: datetime) -> dict[str, float]:
    """Medians of the way: until it is routed, until its call is stored, until the answer is recorded."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM m.created_at - e.received_at)),"
            " percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM c.created_at - m.created_at)),"
            " percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM m.sent_at - c.created_at))"
            " FROM tracking_message m JOIN tracking_event e ON e.id = m.event_id"
            " JOIN notifications_call c ON c.id = m.call_ids[1]"
            " WHERE m.stream = %s AND e.received_at >= %s",
            [stream, since],
        )
        row = cursor.fetchone()
    names = ("until_routed", "until_called", "until_recorded")
    return {name: milliseconds(float(value or 0)) for name, value in zip(names, row, strict=True)}
