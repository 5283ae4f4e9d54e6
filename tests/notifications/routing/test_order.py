"""Do mails that share an order's number get one key, and are they routed in their turn?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from notifications.delivery.models import Outbox
from notifications.routing import router
from preferences.models import Contact
from tests.types import parcel_type
from tracking.events import record_event
from tracking.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("new_types"), pytest.mark.req("Q7")]


def _raise(contact: Contact, number: str = "17", name: str = "parcel.sent") -> Event:
    return record_event(name, contact=contact, payload={"number": number})


def _keys() -> list[str]:
    return list(Outbox.objects.order_by("message_id").values_list("order_key", flat=True))


def test_types_that_name_one_path_share_their_key(ada: Contact) -> None:
    parcel_type(ordered_by="number")
    parcel_type("receipt", event="parcel.paid", ordered_by="number")
    _raise(ada)
    _raise(ada, name="parcel.paid")
    router.route_waiting("transactional")
    first, second = _keys()
    assert first == second != ""


def test_other_people_and_other_numbers_have_other_keys(ada: Contact, ben: Contact) -> None:
    parcel_type(ordered_by="number")
    for contact, number in ((ada, "17"), (ada, "18"), (ben, "17")):
        _raise(contact, number)
    router.route_waiting("transactional")
    assert len(set(_keys())) == 3


def test_without_a_declared_path_or_a_value_there_is_no_key(ada: Contact) -> None:
    parcel_type()
    parcel_type("ordered", ordered_by="note")
    _raise(ada)
    router.route_waiting("transactional")
    assert _keys() == ["", ""]


def test_a_later_event_waits_for_an_older_one_of_another_stream(ada: Contact) -> None:
    parcel_type(stream="notification", ordered_by="number")
    parcel_type("receipt", event="parcel.paid", ordered_by="number")
    _raise(ada)
    _raise(ada, name="parcel.paid")
    assert router.route_waiting("transactional") == 0
    assert router.route_waiting("notification") == 1
    assert router.route_waiting("transactional") == 1


def test_what_waits_for_its_turn_does_not_hold_up_the_others(
    ada: Contact, ben: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(router, "BATCH", 1)
    parcel_type(stream="notification", ordered_by="number")
    parcel_type("receipt", event="parcel.paid", ordered_by="number")
    _raise(ada)
    _raise(ada, name="parcel.paid")
    _raise(ben, name="parcel.paid")
    assert router.route_waiting("transactional") == 1
    assert list(Outbox.objects.values_list("contact_id", flat=True)) == [ben.pk]


@pytest.mark.django_db(transaction=True)
def test_what_another_worker_routes_at_this_moment_goes_first(ada: Contact) -> None:
    parcel_type(ordered_by="number")
    first, _ = _raise(ada), _raise(ada)
    with transaction.atomic():
        Event.objects.select_for_update().get(pk=first.pk)
        assert _taken_by_another_worker() == []
    assert len(_taken_by_another_worker()) == 2


def _taken_by_another_worker() -> list[Event]:
    def take() -> list[Event]:
        try:
            with transaction.atomic():
                return router._take_ready("transactional")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(take).result(timeout=10)
