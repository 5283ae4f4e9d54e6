"""Does the gate keep to quiet hours, caps and sunset at the last moment, and give places back that were not used?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection

from config import clock
from notifications import jobs
from notifications.delivery.models import Outbox
from notifications.delivery.signals import beyond_cap
from notifications.routing.router import route_waiting
from preferences import caps, quiet_hours
from preferences.models import CapUse, Contact, FrequencyCap, QuietHours
from tests.accounts import only
from tests.people import make_contacts
from tests.simulator.process import Process
from tests.types import parcel_type
from tracking.models import Message
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types", "providers"),
    pytest.mark.req("D2"),
]

Work = Callable[[], None]


@pytest.fixture(autouse=True)
def _fresh_rules() -> Iterator[None]:
    yield
    quiet_hours.forget_rules()
    caps.forget_caps()


def _raise(contact: Contact, number: int = 17) -> None:
    event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": str(number)})


def _always_quiet(**fields: Any) -> None:
    """Quiet from now for two hours of the database's clock, every day."""
    now = clock.now()
    QuietHours.objects.create(
        name="Now", starts=(now - timedelta(minutes=5)).time(), ends=(now + timedelta(hours=2)).time(), **fields
    )
    quiet_hours.forget_rules()


def _cap(most: int = 1, **fields: Any) -> None:
    FrequencyCap.objects.create(name="Enough", most=most, **fields)
    caps.forget_caps()


def test_mail_waits_for_the_end_of_quiet_hours(ada: Contact, mailbox: Process, work: Work) -> None:
    parcel_type(stream="marketing")
    _always_quiet()
    _raise(ada)
    work()
    message = Message.objects.get()
    assert (message.state, message.reason) == ("deferred", "quiet_hours")
    assert timedelta(hours=1, minutes=50) < message.due_at - clock.now() < timedelta(hours=2, minutes=20)
    with clock.shifted(timedelta(hours=2, minutes=20)):
        work()
    assert len(mailbox.mails()) == 1


def test_it_expires_rather_than_arrive_stale(ada: Contact, mailbox: Process, work: Work) -> None:
    parcel_type(stream="marketing", expires_after=timedelta(minutes=30))
    _always_quiet()
    _raise(ada)
    work()
    assert Message.objects.get().state == "expired"
    assert mailbox.mails() == []


@pytest.mark.parametrize(
    "attributes",
    [
        {"stream": "transactional"},
        {"stream": "notification", "is_required": True, "legal_basis": "The law says so."},
    ],
)
def test_hours_and_caps_do_not_hold_for_what_must_go(
    ada: Contact, mailbox: Process, work: Work, attributes: dict[str, Any]
) -> None:
    parcel_type(**attributes)
    _always_quiet()
    _cap(most=0)
    _raise(ada)
    work()
    assert len(mailbox.mails()) == 1
    assert not CapUse.objects.exists()


def test_the_persons_own_hours_hold(ada: Contact, mailbox: Process, work: Work) -> None:
    parcel_type(stream="marketing")
    now = clock.now()
    ada.quiet_from, ada.quiet_until = (now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time()
    ada.save()
    _raise(ada)
    work()
    assert Message.objects.get().reason == "quiet_hours"


def test_beyond_a_cap_mail_waits_until_there_is_room(ada: Contact, mailbox: Process, work: Work) -> None:
    parcel_type(stream="marketing")
    _cap(most=1, period="day")
    for number in (17, 18):
        _raise(ada, number)
        work()
    assert len(mailbox.mails()) == 1
    waiting = Message.objects.get(state="deferred")
    assert waiting.reason == "capped"
    assert timedelta(hours=23) < waiting.due_at - clock.now() < timedelta(hours=25)
    with clock.shifted(timedelta(hours=25)):
        work()
    assert len(mailbox.mails()) == 2


def test_beyond_a_cap_mail_is_dropped_where_the_type_says_so(ada: Contact, mailbox: Process, work: Work) -> None:
    parcel_type(stream="marketing", beyond_cap="drop")
    ada.most_a_week = 1
    ada.save()
    for number in (17, 18):
        _raise(ada, number)
        work()
    assert sorted(Message.objects.values_list("state", "reason")) == [("sent", ""), ("skipped", "capped")]


def test_beyond_a_cap_mail_is_announced_to_the_digest(ada: Contact, work: Work) -> None:
    folded: list[str] = []

    def hear(rows: list[Any], **_: Any) -> None:
        folded.extend(row.source for row in rows)

    parcel_type(stream="marketing", beyond_cap="digest", digest_template="parcel")
    _cap(most=0)
    beyond_cap.connect(hear)
    try:
        _raise(ada)
        work()
    finally:
        beyond_cap.disconnect(hear)
    assert Message.objects.get().reason == "to_digest"
    assert len(folded) == 1


def test_a_place_is_given_back_when_nobody_accepted(
    providers: dict[str, Any], ada: Contact, mailbox: Process, work: Work
) -> None:
    only(providers, "mailgun")
    parcel_type(stream="marketing")
    _cap(most=1)
    mailbox.control("PUT", "faults", [{"kind": "429", "count": 1}])
    _raise(ada)
    work()
    assert not CapUse.objects.exists()
    Outbox.objects.update(due_at=clock.now())
    work()
    assert CapUse.objects.count() == len(mailbox.mails()) == 1


def test_gates_at_the_same_time_do_not_exceed_a_cap(mailbox: Process) -> None:
    people = make_contacts(20)
    parcel_type(stream="marketing")
    _cap(most=2)
    for number in range(5):
        for person in people:
            _raise(person, number)
    while route_waiting("marketing"):
        pass
    threads = [threading.Thread(target=_work_once) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while jobs.work("marketing"):
        pass
    assert len(mailbox.mails()) == 2 * len(people)
    assert Message.objects.filter(state="deferred", reason="capped").count() == 3 * len(people)


def _work_once() -> None:
    try:
        jobs.work("marketing")
    finally:
        connection.close()


def test_who_has_not_read_for_half_a_year_gets_no_marketing(ada: Contact, mailbox: Process, work: Work) -> None:
    Contact.objects.filter(pk=ada.pk).update(created_at=clock.now() - timedelta(days=200))
    parcel_type(stream="marketing")
    parcel_type("receipt", stream="transactional")
    _raise(ada)
    work()
    assert dict(Message.objects.values_list("type_key", "reason")) == {"parcel": "sunset", "receipt": ""}


def test_who_reads_less_gets_one_a_week(ada: Contact, mailbox: Process, work: Work) -> None:
    Contact.objects.filter(pk=ada.pk).update(created_at=clock.now() - timedelta(days=70))
    parcel_type(stream="marketing")
    for number in (17, 18):
        _raise(ada, number)
        work()
    assert sorted(Message.objects.values_list("state", "reason")) == [("deferred", "capped"), ("sent", "")]


def test_whole_day_rules_and_odd_zones_stop_nobody_for_ever(ada: Contact, work: Work) -> None:
    ada.time_zone = "Nowhere/At_All"
    ada.save()
    parcel_type(stream="marketing")
    QuietHours.objects.create(name="Never", starts=time(), ends=time())
    quiet_hours.forget_rules()
    _raise(ada)
    work()
    message = Message.objects.get()
    assert message.state == "deferred"
    assert message.due_at - clock.now() < timedelta(days=15)
