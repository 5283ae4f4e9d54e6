"""Do events within a window become one mail, with none lost and none told twice?"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from config import clock
from notifications.catalog import Batching
from notifications.delivery.models import Outbox
from notifications.routing import digest_flush
from notifications.routing.digest_flush import flush_due
from notifications.routing.digests import withdraw_items
from notifications.routing.models import Digest, DigestItem
from notifications.routing.router import route_waiting
from preferences import caps
from preferences.choices import choose, unsubscribe
from preferences.models import Choice, Contact, FrequencyCap, Topic
from preferences.time_zones import zone_of
from tests.people import make_contacts
from tests.simulator.process import Process
from tests.types import parcel_type, publish_template
from tracking.models import Message
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types", "providers"),
    pytest.mark.req("D3"),
]

Work = Callable[[], None]
WAIT = timedelta(minutes=10)


def _type(**attributes: Any) -> None:
    publish_template(
        "parcels", subject="{{ payload.total }} parcels",
        body="<mj-text>{% for item in payload.items %}{{ item.number }} {% endfor %}</mj-text>",
    )  # fmt: skip
    parcel_type(
        **{"stream": "notification", "digest_template": "parcels", "batching": Batching(wait=WAIT), **attributes}
    )


def _raise(contact: Contact, number: int | str, **rest: Any) -> None:
    event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": str(number), **rest})


def _route() -> None:
    while route_waiting("notification"):
        pass


def test_events_in_a_window_become_one_mail(ada: Contact, mailbox: Process, work: Work) -> None:
    _type()
    for number in range(3):
        _raise(ada, number)
        work()
    assert mailbox.mails() == []
    with clock.shifted(WAIT):
        flush_due()
        work()
    [mail] = mailbox.mails()
    assert mail["subject"] == "3 parcels"
    assert "0 1 2" in mail["text"]
    assert Digest.objects.get().message_id == Message.objects.get().pk


def test_a_late_event_opens_the_next_window(ada: Contact, mailbox: Process, work: Work) -> None:
    _type()
    for numbers in ((1, 2), (3,)):
        for number in numbers:
            _raise(ada, number)
        _route()
        with clock.shifted(WAIT):
            flush_due()
            work()
    assert sorted(mail["subject"] for mail in mailbox.mails()) == ["1 parcels", "2 parcels"]


def test_a_sliding_window_moves_up_to_its_bound(ada: Contact) -> None:
    _type(batching=Batching(wait=WAIT, max_wait=timedelta(minutes=25)))
    ends = []
    for minutes in (0, 9, 18, 24):
        with clock.shifted(timedelta(minutes=minutes)):
            _raise(ada, minutes)
            _route()
            ends.append(Digest.objects.get().due_at)
    opened = Digest.objects.get().opened_at
    assert [round((end - opened) / timedelta(minutes=1)) for end in ends] == [10, 19, 25, 25]


def test_the_leading_event_goes_at_once(ada: Contact, mailbox: Process, work: Work) -> None:
    _type(batching=Batching(wait=WAIT, is_leading=True))
    for number in range(3):
        _raise(ada, number)
        work()
    assert [mail["subject"] for mail in mailbox.mails()] == ["Parcel 0"]
    with clock.shifted(WAIT):
        flush_due()
        work()
    assert sorted(mail["subject"] for mail in mailbox.mails()) == ["2 parcels", "Parcel 0"]


def test_a_window_with_a_leader_alone_ends_quietly(ada: Contact, mailbox: Process, work: Work) -> None:
    _type(batching=Batching(wait=WAIT, is_leading=True))
    _raise(ada, 1)
    work()
    with clock.shifted(WAIT):
        flush_due()
        work()
    assert len(mailbox.mails()) == Message.objects.count() == 1
    assert Digest.objects.get().reason == "digest_empty"


def test_each_group_has_a_mail_of_its_own(ada: Contact, mailbox: Process, work: Work) -> None:
    _type(batching=Batching(wait=WAIT, group_by="note"))
    for number, note in enumerate(["red", "blue", "red"]):
        _raise(ada, number, note=note)
    work()
    with clock.shifted(WAIT):
        flush_due()
        work()
    assert sorted(mail["subject"] for mail in mailbox.mails()) == ["1 parcels", "2 parcels"]


def test_who_wants_it_daily_gets_it_at_nine_where_they_live(ada: Contact) -> None:
    _type(batching=None)
    ada.time_zone = "Asia/Tokyo"
    ada.save()
    choose(ada, Choice.Frequency.DAILY, type_key="parcel")
    _raise(ada, 1)
    _route()
    due = Digest.objects.get().due_at
    assert due.astimezone(zone_of("Asia/Tokyo")).hour == 9
    assert timedelta() < due - clock.now() <= timedelta(days=1)


def test_who_wants_it_weekly_gets_it_on_monday(ada: Contact) -> None:
    _type(batching=None)
    choose(ada, Choice.Frequency.WEEKLY, topic=Topic.objects.create(key="parcels", name="Parcels"))
    _raise(ada, 1)
    _route()
    due = Digest.objects.get().due_at
    assert (due.weekday(), due.hour) == (0, 9)


def test_who_left_meanwhile_gets_nothing(ada: Contact, mailbox: Process, work: Work) -> None:
    _type()
    _raise(ada, 1)
    work()
    unsubscribe(ada, topic=None, source="test")
    with clock.shifted(WAIT):
        flush_due()
        work()
    assert mailbox.mails() == []
    assert (Message.objects.get().state, Digest.objects.get().reason) == ("skipped", "everything_off")


def test_routing_again_adds_nothing(ada: Contact) -> None:
    _type()
    _raise(ada, 1)
    _route()
    from tracking.models import Event

    Event.objects.update(routed_at=None)
    _route()
    assert DigestItem.objects.count() == 1


def test_what_is_taken_back_leaves_the_digest(ada: Contact) -> None:
    _type()
    _raise(ada, 1)
    _route()
    assert withdraw_items([DigestItem.objects.get().event_id]) == 1


def test_beyond_a_cap_mails_join_the_daily_digest(ada: Contact, mailbox: Process, work: Work) -> None:
    _type(batching=None, beyond_cap="digest")
    FrequencyCap.objects.create(name="Enough", most=1, period="day")
    caps.forget_caps()
    try:
        for number in range(3):
            _raise(ada, number)
            work()
        assert [mail["subject"] for mail in mailbox.mails()] == ["Parcel 0"]
        with clock.shifted(timedelta(days=1, minutes=1)):
            flush_due()
            work()
        assert sorted(mail["subject"] for mail in mailbox.mails()) == ["2 parcels", "Parcel 0"]
    finally:
        caps.forget_caps()


def test_a_death_in_the_middle_leaves_all_open(ada: Contact, monkeypatch: pytest.MonkeyPatch) -> None:
    _type()
    _raise(ada, 1)
    _route()

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(digest_flush, "_close", die)
    with clock.shifted(WAIT), pytest.raises(KeyboardInterrupt):
        flush_due()
    assert Digest.objects.get().state == "open"
    assert not Outbox.objects.exists()


def test_nothing_is_lost_or_told_twice_while_many_add_and_close() -> None:
    """Three threads add, two close all the time; at the end every event stands in exactly one mail."""
    people, each = make_contacts(5), 40
    _type(batching=Batching(wait=timedelta(milliseconds=30)))
    is_over = threading.Event()

    def add(part: int) -> None:
        chance = random.Random(part)
        for number in range(part * each, (part + 1) * each):
            _raise(chance.choice(people), number)
            route_waiting("notification")

    def close() -> None:
        while not is_over.is_set():
            flush_due()

    adders = [threading.Thread(target=_quietly, args=(add, part)) for part in range(3)]
    closers = [threading.Thread(target=_quietly, args=(close,)) for _ in range(2)]
    for thread in (*adders, *closers):
        thread.start()
    for thread in adders:
        thread.join()
    is_over.set()
    for thread in closers:
        thread.join()
    _route()
    with clock.shifted(timedelta(seconds=1)):
        flush_due()
    told = Counter(
        item["number"] for payload in Outbox.objects.values_list("payload", flat=True) for item in payload["items"]
    )
    assert told == Counter(str(number) for number in range(3 * each))
    assert not Digest.objects.filter(state="open").exists()


def _quietly(run: Callable[..., None], *arguments: Any) -> None:
    try:
        run(*arguments)
    finally:
        connection.close()
