"""Does a broken Redis leave the caller in peace, and is nothing lost?"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import django_rq
import pytest
from django.db import transaction

from config import queues
from notifications import jobs
from preferences.models import Contact
from tests.types import parcel_type
from tracking.models import Event, Message
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types", "providers"),
    pytest.mark.req("I5"),
]


def _raise(contact: Contact) -> float:
    """Raise an event in a transaction; return the seconds it took."""
    started = time.monotonic()
    with transaction.atomic():
        event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": "17"})
    return time.monotonic() - started


@pytest.fixture
def refusing(settings: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://127.0.0.1:{free.getsockname()[1]}/0"
    queues.reset_bell()


@pytest.fixture
def hanging(settings: Any) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", 0)) as server:  # listens, and never answers
        settings.REDIS_URL = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        queues.reset_bell()
        yield


def test_a_rolled_back_transaction_leaves_no_trace(ada: Contact) -> None:
    parcel_type()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        event.send(sender=None, name="parcel.sent", contact=ada, payload={"number": "17"})
        raise ZeroDivisionError
    assert not Event.objects.exists()
    assert django_rq.get_queue("transactional").count == 0


def test_events_ring_once(ada: Contact) -> None:
    parcel_type()
    queue = django_rq.get_queue("transactional")
    queue.empty()
    for _ in range(5):
        _raise(ada)
    assert queue.count == 1


@pytest.mark.usefixtures("refusing")
def test_a_refusing_redis_is_not_felt(ada: Contact, work: Callable[[], None]) -> None:
    parcel_type()
    _raise(ada)
    assert Event.objects.get().state == "accepted"
    work()
    assert Message.objects.get().state == "sent"


@pytest.mark.usefixtures("hanging")
def test_a_hanging_redis_costs_once_and_little(ada: Contact) -> None:
    parcel_type()
    first, later = _raise(ada), _raise(ada)
    assert first < 1.0  # 50 ms of waiting, and a busy machine
    assert later < first
    assert Event.objects.count() == 2


@pytest.mark.usefixtures("refusing")
def test_critical_mail_goes_by_the_sweeper_meanwhile(ada: Contact) -> None:
    parcel_type(stream="critical")
    _raise(ada)
    jobs.sweep_due()
    assert Message.objects.get().state == "sent"


@pytest.mark.usefixtures("refusing")
def test_other_mail_waits_for_its_workers(ada: Contact) -> None:
    parcel_type()
    _raise(ada)
    jobs.sweep_due()
    assert not Message.objects.exists()


def test_without_workers_few_bells_wait(ada: Contact) -> None:
    parcel_type()
    for _ in range(6):
        _raise(ada)
        django_rq.get_connection("transactional").delete("postrider:bell:transactional")
    assert django_rq.get_queue("transactional").count == queues.MOST_WAITING_BELLS


def test_the_sweeper_rings_for_what_no_bell_announced(ada: Contact) -> None:
    parcel_type()
    _raise(ada)
    queue = django_rq.get_queue("transactional")
    queue.empty()
    django_rq.get_connection("transactional").delete("postrider:bell:transactional")
    jobs.sweep_due()
    assert queue.count == 1
