"""After an unsubscribe has committed, can a later `sending` still commit? Threads on real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from notifications.delivery import gate, outbox, pipeline
from notifications.delivery.holds import set_hold
from notifications.delivery.models import Hold, Outbox
from preferences.choices import unsubscribe
from preferences.models import Contact, Topic
from tests.people import make_contacts
from tests.races.threads import in_thread
from tests.simulator.process import Process
from tests.types import parcel_type
from tracking.models import Message
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types", "providers"),
    pytest.mark.req("D2"),
]


def _raise(contact: Contact) -> None:
    event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": "17"})


def test_the_gate_waits_for_an_unsubscribe_under_way(ada: Contact, work: Callable[[], None], mailbox: Process) -> None:
    parcel_type(stream="marketing")
    topic = Topic.objects.create(key="parcels", name="Parcels")
    _raise(ada)
    with transaction.atomic():
        unsubscribe(ada, topic=topic, source="test")
        sender = in_thread(work)
        sender.join(timeout=1.0)
        assert sender.is_alive()  # at the gate, behind our lock
        assert mailbox.accepts() == []
    sender.join()
    assert (Message.objects.get().state, Message.objects.get().reason) == ("skipped", "topic_off")
    assert mailbox.accepts() == []


def test_an_unsubscribe_waits_for_the_gate(ada: Contact, work: Callable[[], None]) -> None:
    parcel_type(stream="marketing")
    topic = Topic.objects.create(key="parcels", name="Parcels")
    _raise(ada)
    from notifications.routing.router import route_waiting

    route_waiting("marketing")
    rows = outbox.claim("marketing", limit=10, at=_now(), owner=pipeline.worker_name())
    with transaction.atomic():
        assert len(gate.pass_gate(rows, at=_now()).passed) == 1
        leaving = in_thread(lambda: unsubscribe(ada, topic=topic, source="test"))
        leaving.join(timeout=0.5)
        assert leaving.is_alive()
    leaving.join()


@pytest.mark.slow
def test_nobody_who_left_is_sent_to_afterwards(work: Callable[[], None], mailbox: Process) -> None:
    """Two hundred people leave while their mail is being sent; whoever left before `sending` gets none."""
    parcel_type(stream="marketing")
    topic = Topic.objects.create(key="parcels", name="Parcels")
    people = make_contacts(200)
    for person in people:
        _raise(person)
    left_before: set[str] = set()

    def leave() -> None:
        for person in people[::2]:
            unsubscribe(person, topic=topic, source="test")
            sending = Outbox.objects.filter(contact_id=person.pk).exclude(state__in=["sending"]).exists()
            if sending:  # still not on its way when the unsubscribe had committed
                left_before.add(str(person.address))

    leaving = in_thread(leave)
    work()
    leaving.join()
    work()
    assert not left_before & {accept["recipient"] for accept in mailbox.accepts()}
    assert set(Message.objects.values_list("state", flat=True)) <= {"sent", "skipped"}


def test_a_pause_waits_for_the_gate_and_holds_what_comes_after(ada: Contact, ben: Contact) -> None:
    parcel_type(stream="marketing")
    _raise(ada)
    from notifications.routing.router import route_waiting

    route_waiting("marketing")
    [row] = outbox.claim("marketing", limit=10, at=_now(), owner=pipeline.worker_name())
    set_hold(row.source, Hold.State.OPEN)
    with transaction.atomic():
        assert gate.pass_gate([row], at=_now()).passed
        pausing = in_thread(lambda: set_hold(row.source, Hold.State.PAUSED))
        pausing.join(timeout=0.5)
        assert pausing.is_alive()
    pausing.join()
    with transaction.atomic():
        assert not gate.pass_gate([row], at=_now()).passed
    assert (Message.objects.get().state, Message.objects.get().reason) == ("deferred", "held")


def test_two_workers_never_take_the_same_mail(mailbox: Process, work: Callable[[], None]) -> None:
    parcel_type()
    for person in make_contacts(40):
        _raise(person)
    workers = [in_thread(work) for _ in range(4)]
    for worker in workers:
        worker.join()
    work()
    recipients = [accept["recipient"] for accept in mailbox.accepts()]
    assert len(recipients) == len(set(recipients)) == 40


def test_a_late_workers_write_is_refused(ada: Contact) -> None:
    parcel_type()
    _raise(ada)
    from notifications.routing.router import route_waiting

    route_waiting("transactional")
    [late] = outbox.claim("transactional", limit=1, at=_now(), owner="late")
    Outbox.objects.update(state="queued", fence=late.fence + 1)
    assert outbox.give_back([late], due_at=_now()) == 0
    assert outbox.drop([late]) == []


def _now() -> Any:
    from config import clock

    return clock.now()
