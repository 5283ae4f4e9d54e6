"""How many queries does a mail's journey make? Bounded, and the same for a batch of any size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from notifications import jobs
from notifications.delivery.models import Provider
from preferences.models import Contact
from tests.accounts import only
from tests.people import make_contacts
from tests.types import parcel_type
from tracking.signals import event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types")]


def _raise(contact: Contact, **more: Any) -> None:
    event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": "17"}, **more)


def _count(run: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        run()
    return len([one for one in queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))])


def test_raising_an_event_is_one_insert(ada: Contact) -> None:
    parcel_type()
    with transaction.atomic():
        assert _count(lambda: _raise(ada)) == 1
        assert _count(lambda: _raise(ada, key="k")) == 2


def test_an_address_costs_one_query_more(ada: Contact) -> None:
    parcel_type()
    with transaction.atomic():
        assert _count(lambda: event.send(sender=None, name="parcel.sent", contact="ada@example.com",
                                         payload={"number": "1"})) == 2  # fmt: skip


def test_a_mails_journey_is_bounded(ada: Contact, providers: dict[str, Provider]) -> None:
    only(providers, "mailgun")
    parcel_type()
    _raise(ada)
    jobs.work("transactional")  # fills the caches
    _raise(ada)
    assert _count(lambda: jobs.work("transactional")) <= 40


def test_a_batch_costs_the_same_whatever_its_size(providers: dict[str, Provider]) -> None:
    only(providers, "mailgun")
    parcel_type(stream="marketing")
    people = make_contacts(120)
    counts = []
    for group in (people[:1], people[1:20], people[20:]):
        for person in group:
            _raise(person)
        counts.append(_count(lambda: jobs.work("marketing")))
    assert counts[1] <= counts[0] + 2
    assert counts[2] <= counts[1] + 2
