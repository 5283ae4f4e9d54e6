"""Is what an event caused cancelled once the event is taken back, whoever is quicker?"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from config import clock
from notifications.delivery import outbox
from notifications.delivery.models import Outbox
from notifications.routing.router import _route, _take, has_waiting, route_waiting
from preferences.models import Contact
from tests.simulator.process import Process
from tests.types import parcel_type
from tracking.events import EventRefused, record_event
from tracking.models import Event, Message
from tracking.signals import withdrawal

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types", "providers"),
    pytest.mark.req("Q3"),
]

Work = Callable[[], None]


def _raise(contact: Contact, key: str = "cart-17", **more: Any) -> Event:
    return record_event("parcel.sent", contact=contact, payload={"number": "17"}, key=key, **more)


def _withdraw(contact: Contact, key: str = "cart-17") -> Event:
    [(_, made)] = withdrawal.send(sender=None, name="parcel.sent", contact=contact, key=key)
    assert isinstance(made, Event)
    return made


def _outcome() -> tuple[str, str]:
    message = Message.objects.get()
    return message.state, message.reason


def _elsewhere(run: Callable[[], Any]) -> Any:
    """Run in a thread, with a connection of its own."""

    def whole() -> Any:
        try:
            return run()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(whole).result(timeout=10)


def test_a_waiting_mail_is_cancelled_at_once(ada: Contact) -> None:
    parcel_type(delay=timedelta(minutes=45))
    _raise(ada)
    route_waiting("transactional")
    _withdraw(ada)
    assert _outcome() == ("cancelled", "withdrawn")
    assert not Outbox.objects.exists()


def test_an_event_that_is_not_routed_yet_sends_nothing(ada: Contact, work: Work, mailbox: Process) -> None:
    parcel_type()
    _raise(ada)
    _withdraw(ada)
    work()
    assert _outcome() == ("cancelled", "withdrawn")
    assert mailbox.accepts() == []


def test_only_the_event_with_that_name_contact_and_key_is_meant(ada: Contact, ben: Contact, work: Work) -> None:
    parcel_type()
    parcel_type("receipt", event="parcel.paid")
    _raise(ada)
    _withdraw(ada, key="cart-18")
    _withdraw(ben)
    withdrawal.send(sender=None, name="parcel.paid", contact=ada, key="cart-17")
    work()
    assert _outcome() == ("sent", "")


def test_it_is_lost_with_the_callers_transaction(ada: Contact, work: Work) -> None:
    parcel_type(delay=timedelta(minutes=45))
    _raise(ada)
    route_waiting("transactional")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        _withdraw(ada)
        raise ZeroDivisionError
    assert _outcome() == ("queued", "")
    assert not Event.objects.filter(state="withdrawal").exists()


def test_an_event_raised_and_withdrawn_in_one_transaction_sends_nothing(ada: Contact, work: Work) -> None:
    parcel_type()
    with transaction.atomic():
        _raise(ada)
        _withdraw(ada)
    work()
    assert _outcome() == ("cancelled", "withdrawn")


def test_a_mail_in_a_workers_hands_is_stopped_at_the_gate(ada: Contact, work: Work, mailbox: Process) -> None:
    parcel_type()
    _raise(ada)
    route_waiting("transactional")
    rows = outbox.claim("transactional", limit=1, at=clock.now(), owner="w")
    _withdraw(ada)
    assert route_waiting("transactional") == 1
    outbox.give_back(rows, due_at=clock.now())
    work()
    assert Message.objects.get().state == "cancelled"
    assert mailbox.accepts() == []


def test_a_mail_that_was_sent_stays_sent(ada: Contact, work: Work) -> None:
    parcel_type()
    _raise(ada)
    work()
    _withdraw(ada)
    work()
    assert _outcome() == ("sent", "")


def test_a_withdrawal_waits_for_no_worker_and_finds_its_mails_later(ada: Contact, work: Work) -> None:
    """The event is being routed when it is taken back: the caller goes on, a worker settles it."""
    parcel_type(delay=timedelta(minutes=45))
    _raise(ada)
    with transaction.atomic():
        _route(_take("transactional"))
        _elsewhere(lambda: _withdraw(ada))
    assert _outcome() == ("queued", "")
    assert has_waiting("transactional")
    route_waiting("transactional")
    assert _outcome() == ("cancelled", "withdrawn")
    assert not has_waiting("transactional")


def test_an_event_whose_transaction_ends_after_its_withdrawal_sends_nothing(ada: Contact, work: Work) -> None:
    parcel_type()
    with transaction.atomic():
        _raise(ada)
        _elsewhere(lambda: (_withdraw(ada), route_waiting("transactional")))
    work()
    assert _outcome() == ("cancelled", "withdrawn")


def test_a_later_event_with_the_key_is_not_meant(ada: Contact, work: Work) -> None:
    parcel_type()
    _withdraw(ada)
    _raise(ada)
    work()
    assert _outcome() == ("sent", "")


def test_a_delayed_send_can_be_taken_back(ada: Contact, work: Work) -> None:
    parcel_type()
    _raise(ada, send_at=timezone.now() + timedelta(hours=1))
    work()
    _withdraw(ada)
    with clock.shifted(timedelta(hours=2)):
        work()
    assert _outcome() == ("cancelled", "withdrawn")


@pytest.mark.parametrize(
    ("given", "path"),
    [({"name": "parcel.lost"}, "name"), ({"key": ""}, "key"), ({"key": 17}, "key"), ({"contact": None}, "contact")],
)
def test_what_cannot_be_meant_is_kept_as_refused(ada: Contact, settings: Any, given: dict[str, Any], path: str) -> None:
    settings.POSTRIDER_STRICT = False
    parcel_type()
    [(_, refused)] = withdrawal.send(**{"sender": None, "name": "parcel.sent", "contact": ada, "key": "k", **given})
    assert isinstance(refused, Event)
    assert (refused.state, refused.faults[0]["path"]) == ("refused", path)


def test_under_strict_it_is_raised(ada: Contact, settings: Any) -> None:
    settings.POSTRIDER_STRICT = True
    parcel_type()
    with pytest.raises(EventRefused, match="is missing"):
        _withdraw(ada, key="")
