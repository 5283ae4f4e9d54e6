"""After an erasure has committed, can a mail still leave, and can two erasures hurt each other? Real PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from config import clock
from notifications.delivery.models import Call, Outbox
from preferences.erasing import erase_due
from preferences.erasure import erase_contact
from preferences.models import Contact, Erasure, Suppression
from tests.people import make_contacts
from tests.races.threads import in_thread
from tests.simulator.process import Process
from tests.types import parcel_type
from tracking.models import Event, Message
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types", "providers"),
    pytest.mark.req("P4"),
]


def _raise(contact: Contact, number: str = "17") -> None:
    event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": number, "note": contact.email})


def test_the_gate_waits_for_an_erasure_under_way(ada: Contact, work: Callable[[], None], mailbox: Process) -> None:
    parcel_type()
    _raise(ada)
    with transaction.atomic():
        erase_contact(ada, source="test")
        sender = in_thread(work)
        sender.join(timeout=1.0)
        assert sender.is_alive()
        assert mailbox.accepts() == []
    sender.join()
    assert mailbox.accepts() == []
    assert (Message.objects.get().state, Message.objects.get().reason) in {
        ("skipped", "erased"), ("cancelled", "erased"),
    }  # fmt: skip
    assert not Outbox.objects.exists()


def test_an_event_that_was_just_being_raised_is_emptied_later(ada: Contact) -> None:
    parcel_type()
    raised, erased = threading.Event(), threading.Event()

    @transaction.atomic
    def buy() -> None:
        _raise(ada)
        raised.set()
        erased.wait(timeout=1)  # the erasure waits for this transaction

    buying = in_thread(buy)
    raised.wait()
    erase_contact(ada, source="test")
    erased.set()
    buying.join()
    with clock.shifted(timedelta(hours=1)):
        assert erase_due() == 1
    assert Event.objects.get().payload == {}


def test_the_same_person_erased_by_many_at_once(ada: Contact) -> None:
    answers: list[bool] = []
    threads = [in_thread(lambda: answers.append(erase_contact(ada, source="test"))) for _ in range(8)]
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False] * 7 + [True]
    assert (Erasure.objects.count(), Suppression.objects.count()) == (1, 1)


@pytest.mark.slow
def test_nobody_is_mailed_once_erased(work: Callable[[], None], mailbox: Process) -> None:
    """Sixty people are erased while their mails are being sent, by two workers, with two sweepers after them."""
    parcel_type()
    people = make_contacts(60)
    for person in people:
        _raise(person)
    unsent: set[str] = set()

    def erase_all() -> None:
        for person in people[::2]:
            address = str(person.address)
            erase_contact(person, source="test")
            if (
                not Message.objects.filter(contact=person, sent_at__isnull=False).exists()
                and not Outbox.objects.filter(contact_id=person.pk, state="sending").exists()
            ):
                unsent.add(address)

    threads = [in_thread(work), in_thread(work), in_thread(erase_all), in_thread(erase_due), in_thread(erase_due)]
    for thread in threads:
        thread.join()
    work()
    sent = [accept["recipient"] for accept in mailbox.accepts()]
    assert not unsent & set(sent)
    with clock.shifted(timedelta(hours=1)):
        erase_due()
    assert Erasure.objects.filter(finished_at=None).count() == 0
    assert not Outbox.objects.exists()
    erased = {str(person.address) for person in people[::2]}
    left = str(list(Call.objects.values_list("members", flat=True))) + str(list(Event.objects.values_list("payload")))
    assert not [address for address in erased if f"'{address}'" in left]


@pytest.mark.slow
def test_a_hundred_thousand_events(ada: Contact) -> None:
    parcel_type()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracking_event (id, name, contact_id, source, key, state, payload, faults, stream)"
            " SELECT gen_random_uuid(), 'parcel.sent', %s, 'app', '', 'refused', '{\"a\": 1}', '[]', ''"
            " FROM generate_series(1, 100000)",
            [ada.pk],
        )
    began = clock.now()
    erase_contact(ada, source="test")
    assert clock.now() - began < timedelta(seconds=10)
    with clock.shifted(timedelta(hours=1)):
        assert erase_due() == 1
    assert not Event.objects.exclude(payload={}).exists()
