"""Is the same event the same event?"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from config import clock
from tests.types import parcel_type
from tracking.events import record_event
from tracking.models import Event

pytestmark = [pytest.mark.usefixtures("new_types"), pytest.mark.req("I3")]


@pytest.fixture(autouse=True)
def _as_in_production(settings: Any) -> None:
    settings.POSTRIDER_STRICT = False


def _record(number: str = "17", key: str = "", source: str = "app") -> Event:
    return record_event("parcel.sent", contact="ada@example.com", payload={"number": number}, key=key, source=source)


@pytest.mark.django_db
def test_the_same_key_gives_the_same_event() -> None:
    parcel_type()
    first, again = _record(key="order-17"), _record(key="order-17")
    assert again.pk == first.pk
    assert again.is_replay
    assert Event.objects.count() == 1


@pytest.mark.django_db
def test_a_key_used_for_another_body_is_refused() -> None:
    parcel_type()
    _record(key="order-17")
    refused = _record(number="18", key="order-17")
    assert refused.state == "refused"
    assert "key_reused" in refused.faults[0]["reason"]


@pytest.mark.django_db
def test_keys_of_two_sources_are_strangers() -> None:
    parcel_type()
    assert _record(key="k").pk != _record(key="k", source="token:1").pk


@pytest.mark.django_db
def test_a_key_is_free_again_after_a_day() -> None:
    parcel_type()
    first = _record(key="k")
    with clock.shifted(timedelta(hours=25)):
        second = _record(number="18", key="k")
    assert (second.state, second.pk != first.pk) == ("accepted", True)


@pytest.mark.django_db
def test_without_a_key_equal_events_are_duplicates_inside_the_window() -> None:
    parcel_type(dedupe_window=timedelta(hours=1), dedupe_fields=("number",))
    first, again, other = _record(), _record(), _record(number="18")
    assert (again.state, again.duplicate_of) == ("duplicate", first.pk)
    assert other.state == "accepted"


@pytest.mark.django_db
def test_the_window_does_not_slide() -> None:
    parcel_type(dedupe_window=timedelta(hours=1))
    _record()
    with clock.shifted(timedelta(minutes=50)):
        assert _record().state == "duplicate"
    with clock.shifted(timedelta(minutes=70)):
        assert _record().state == "accepted"


@pytest.mark.django_db(transaction=True)
def test_fifty_threads_with_one_key_make_one_event() -> None:
    parcel_type()
    found: list[Event] = []

    def record() -> None:
        try:
            found.append(_record(key="k"))
        finally:
            connection.close()

    threads = [threading.Thread(target=record) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({event.pk for event in found}) == 1
    assert Event.objects.count() == 1
