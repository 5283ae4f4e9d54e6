"""How long is it from an event to the provider's accept, while there is nothing else to do?"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from django.db import transaction

from config.loadtest.accounts import accounts, check_journal, control
from config.loadtest.events import PAYLOAD
from config.loadtest.figures import milliseconds, percentile
from config.loadtest.options import Options, Outcome
from config.loadtest.people import address_of, ensure_people, forget_leftovers
from config.loadtest.stack import peak_memory, running_workers
from config.loadtest.waiting import wait_until
from config.queues import Stream
from tracking.models import Event, Message
from tracking.signals import event

_PAUSE_SECONDS = 0.05
_PATIENCE_SECONDS = 30
_WARM_UP = 5


def run(options: Options) -> Outcome:
    """One order after the other through real workers, each raised when the one before has been accepted."""
    ensure_people(options.number + _WARM_UP)
    forget_leftovers()
    with _accounts(options), running_workers() as workers:
        for number in range(_WARM_UP):
            _follow_one(number)
        started = time.monotonic()
        raised = [_follow_one(number + _WARM_UP) for number in range(options.number)]
        seconds = time.monotonic() - started
        memory = peak_memory(workers)
        journal = check_journal(options.number + _WARM_UP) if options.has_journal else {}
        delays = _delays(raised, _accept_times(raised) if options.has_journal else {})
    return {
        "rate": round(options.number / seconds, 1),
        "seconds": round(seconds, 2),
        "rss_mb": memory,
        "events": options.number,
        "event_to_accept_ms": {
            "p50": milliseconds(percentile(delays, 0.5)),
            "p90": milliseconds(percentile(delays, 0.9)),
            "p99": milliseconds(percentile(delays, 0.99)),
            "worst": milliseconds(max(delays)),
        },
        "journal": journal,
    }


def _accounts(options: Options) -> AbstractContextManager[None]:
    return accounts(options.provider, stream=Stream.TRANSACTIONAL.value, has_simulator=options.has_journal)


def _follow_one(number: int) -> Message:
    """Raise an order's event and wait for its mail to be sent."""
    with transaction.atomic():
        raised: Any = event.send(sender=None, name="order.placed", contact=address_of(number), payload=PAYLOAD)[0][1]
    sent = Message.objects.filter(event_id=raised.pk, sent_at__isnull=False)
    wait_until("a mail to be sent", sent.exists, seconds=_PATIENCE_SECONDS, tick=0.01)
    time.sleep(_PAUSE_SECONDS)  # until the workers sleep again
    return sent.get()


def _accept_times(messages: list[Message]) -> dict[UUID, float]:
    """When the simulator took each mail, in Unix seconds."""
    accepts = control("GET", "accepts?limit=10000")["accepts"]
    ours = {str(message.pk) for message in messages}
    return {UUID(one["message_id"]): one["at"] for one in accepts if one["message_id"] in ours}


def _delays(messages: list[Message], accepted: Mapping[UUID, float]) -> list[float]:
    """Seconds from the event's row to the provider's accept; without a journal, to our own note of it."""
    received = dict(Event.objects.filter(pk__in=[one.event_id for one in messages]).values_list("pk", "received_at"))
    delays = []
    for message in messages:
        assert message.event_id
        assert message.sent_at
        at = accepted.get(message.pk) or message.sent_at.timestamp()
        delays.append(at - received[message.event_id].timestamp())
    return delays
