"""Which mails does an event cause: by which channels, how many at most, and at what cost?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from config import clock
from notifications.catalog import Throttle
from notifications.delivery.models import Outbox
from notifications.routing.router import _route, route_waiting
from preferences.models import Choice, Contact
from tests.people import make_contacts
from tests.types import parcel_type
from tracking.events import record_event
from tracking.models import Event, Message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types"), pytest.mark.req("D4")]


def _raise(contact: Contact, number: str = "17", **more: Any) -> Event:
    return record_event("parcel.sent", contact=contact, payload={"number": number}, **more)


def _route_all() -> None:
    while route_waiting("transactional") or route_waiting("notification"):
        pass


def _log() -> list[tuple[str, str, str]]:
    return list(Message.objects.order_by("id").values_list("channel", "state", "reason"))


def _ask_for(contact: Contact, channel: str, frequency: str = "immediate") -> None:
    Choice.objects.create(contact=contact, type_key="parcel", channel=channel, frequency=frequency)


def test_a_further_channel_is_a_remark_for_who_never_asked_for_it(ada: Contact) -> None:
    parcel_type(stream="notification", channels=("email", "sms"))
    _raise(ada)
    _route_all()
    assert _log() == [("email", "queued", "")]
    assert Message.objects.get().trail[0] == ["channel", "not_asked_for:sms"]


def test_who_asked_for_two_channels_gets_two_mails(ada: Contact) -> None:
    parcel_type(stream="notification", channels=("email", "sms"))
    Contact.objects.filter(pk=ada.pk).update(phone="+4915112345678")
    _ask_for(ada, "sms")
    _raise(ada)
    _route_all()
    assert _log() == [("email", "queued", ""), ("sms", "queued", "")]
    assert set(Outbox.objects.values_list("channel", flat=True)) == {"email", "sms"}


def test_a_channel_asked_for_without_a_number_is_logged_with_its_reason(ada: Contact) -> None:
    parcel_type(stream="notification", channels=("email", "sms"))
    _ask_for(ada, "sms")
    _raise(ada)
    _route_all()
    assert sorted(_log()) == [("email", "queued", ""), ("sms", "skipped", "no_phone")]


def test_what_a_type_says_of_caps_reaches_the_outbox(ada: Contact) -> None:
    parcel_type(stream="notification", beyond_cap="drop")
    _raise(ada)
    _route_all()
    assert Outbox.objects.get().beyond_cap == "drop"


def test_a_throttle_counts_in_one_batch_and_over_batches(ada: Contact, ben: Contact) -> None:
    parcel_type(throttle=Throttle(most=2, within=timedelta(hours=1)))
    for number in "123":
        _raise(ada, number)
    _raise(ben)
    _route_all()
    _raise(ada, "4")
    _route_all()
    reasons = Message.objects.filter(contact=ada).order_by("id").values_list("state", "reason")
    assert sorted(reasons) == [("queued", ""), ("queued", ""), ("skipped", "throttled"), ("skipped", "throttled")]
    assert Message.objects.get(contact=ben).state == "queued"


def test_a_throttle_forgets_what_is_long_ago_and_what_was_never_sent(ada: Contact) -> None:
    parcel_type(throttle=Throttle(most=1, within=timedelta(hours=1)))
    _raise(ada, "1")
    _route_all()
    with clock.shifted(timedelta(hours=2)):
        _raise(ada, "2")
        _route_all()
    assert [state for _, state, _ in _log()] == ["queued", "queued"]
    Message.objects.update(state="cancelled")
    _raise(ada, "3")
    _route_all()
    assert [state for _, state, _ in _log()] == ["cancelled", "cancelled", "queued"]


def test_running_the_fan_out_again_changes_nothing(ada: Contact) -> None:
    parcel_type(throttle=Throttle(most=1, within=timedelta(hours=1)))
    parcel_type("other", stream="notification", channels=("email", "sms"))
    events = [_raise(ada, "1"), _raise(ada, "2")]
    _route_all()
    before = list(Message.objects.order_by("id").values())
    with transaction.atomic():
        _route(list(Event.objects.filter(pk__in=[event.pk for event in events]).order_by("id")))
    assert list(Message.objects.order_by("id").values()) == before
    assert Outbox.objects.count() == 3


def _queries(run: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        run()
    return len(caught)


@pytest.mark.req("D4")
def test_a_batch_costs_as_many_queries_as_one_event() -> None:
    """With a throttle and a cancellation, which are counted and looked for set by set."""
    parcel_type(throttle=Throttle(most=5, within=timedelta(hours=1)), cancelled_by=("parcel.sent",))
    people = make_contacts(200)
    _raise(people[0], "0")
    one = _queries(lambda: route_waiting("transactional"))
    for person in people:
        _raise(person)
    many = _queries(lambda: route_waiting("transactional"))
    assert Message.objects.count() == 201
    assert many <= one + 12 <= 45  # inserts in parts, and the mail that was cancelled
