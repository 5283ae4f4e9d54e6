"""Does a mail wait for the time that its event names, and does it expire counted from then?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from config import clock
from preferences.models import Contact
from tests.types import parcel_type
from tracking.events import record_event
from tracking.models import Event, Message
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types", "providers"),
    pytest.mark.req("Q3"),
]

Work = Callable[[], None]
HOUR = timedelta(hours=1)


def _raise(contact: Contact, **more: Any) -> Event:
    return record_event("parcel.sent", contact=contact, payload={"number": "17"}, **more)


def _state_after(work: Work, passed: timedelta) -> str:
    with clock.shifted(passed):
        work()
    return Message.objects.get().state


def test_the_mail_waits_for_its_time(ada: Contact, work: Work) -> None:
    parcel_type()
    at = timezone.now() + 2 * HOUR
    event.send(sender=None, name="parcel.sent", contact=ada, payload={"number": "17"}, send_at=at)
    assert _state_after(work, HOUR) == "queued"
    assert Message.objects.get().due_at == at
    assert _state_after(work, 3 * HOUR) == "sent"


def test_a_time_that_is_over_delays_nothing(ada: Contact, work: Work) -> None:
    parcel_type()
    _raise(ada, send_at=timezone.now() - HOUR)
    assert _state_after(work, timedelta()) == "sent"


def test_a_longer_delay_of_the_type_still_counts(ada: Contact, work: Work) -> None:
    parcel_type(delay=2 * HOUR)
    _raise(ada, send_at=timezone.now() + HOUR)
    assert _state_after(work, timedelta(minutes=90)) == "queued"


def test_expiry_counts_from_the_time_to_send(ada: Contact, work: Work) -> None:
    parcel_type(expires_after=HOUR)
    _raise(ada, send_at=timezone.now() + 24 * HOUR)
    assert _state_after(work, timedelta(hours=24, minutes=30)) == "sent"


def test_what_is_not_sent_in_time_after_it_expires(ada: Contact, work: Work) -> None:
    parcel_type(expires_after=HOUR)
    _raise(ada, send_at=timezone.now() + 24 * HOUR)
    assert _state_after(work, timedelta(hours=26)) == "expired"


def test_what_waited_too_long_to_be_routed_expires(ada: Contact, work: Work) -> None:
    parcel_type(expires_after=HOUR)
    _raise(ada)
    assert _state_after(work, timedelta(minutes=61)) == "expired"


@pytest.mark.parametrize(
    ("send_at", "reason"),
    [
        (datetime(2026, 12, 1), "has no time zone; give an aware datetime"),  # noqa: DTZ001 - the mistake meant
        ("tomorrow", "must be a datetime, not str"),
        (datetime.max.replace(tzinfo=UTC), "lies more than ten years away"),
    ],
)
def test_a_time_that_cannot_be_meant_refuses_the_event(
    ada: Contact, settings: Any, send_at: object, reason: str
) -> None:
    settings.POSTRIDER_STRICT = False
    parcel_type()
    refused = _raise(ada, send_at=send_at)
    assert (refused.state, refused.faults) == ("refused", [{"path": "send_at", "reason": reason}])


def test_a_key_used_again_for_another_time_is_refused(ada: Contact, settings: Any) -> None:
    settings.POSTRIDER_STRICT = False
    parcel_type()
    at = timezone.now() + HOUR
    assert _raise(ada, key="k", send_at=at).pk == _raise(ada, key="k", send_at=at).pk
    assert _raise(ada, key="k", send_at=at + HOUR).state == "refused"
