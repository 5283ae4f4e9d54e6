"""Does the doctor see what is late, and what is late on purpose?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from config import clock
from config.doctor import queues
from config.ids import new_id
from notifications.delivery.holds import set_hold
from notifications.delivery.models import Hold
from preferences.models import Contact
from tests.config.doctor.asking import ask, make_waiting
from tracking.models import Event, WebhookReceipt

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("stream", "late", "expected"),
    [
        ("critical", timedelta(seconds=5), []),
        ("critical", timedelta(seconds=15), ["warning"]),
        ("critical", timedelta(minutes=2), ["broken"]),
        ("transactional", timedelta(seconds=30), []),
        ("transactional", timedelta(minutes=11), ["broken"]),
        ("marketing", timedelta(minutes=30), []),
        ("marketing", timedelta(hours=2), ["warning"]),
    ],
)
def test_late_mail_by_the_patience_of_its_stream(
    ada: Contact, stream: str, late: timedelta, expected: list[str]
) -> None:
    make_waiting(ada, late=late, stream=stream)
    assert [severity for severity, _ in ask(queues.find_late_mail)] == expected


def test_late_mail_is_counted_and_its_age_told(ada: Contact) -> None:
    make_waiting(ada, late=timedelta(minutes=3))
    make_waiting(ada, late=timedelta(minutes=2))
    [(_, what)] = ask(queues.find_late_mail)
    assert what == "2 transactional mails should have left; the oldest is 3 min late."


def test_an_event_that_nobody_routes(ada: Contact) -> None:
    Event.objects.create(name="parcel.sent", contact=ada, state="accepted", stream="critical")
    with clock.shifted(timedelta(seconds=30)):
        [(severity, what)] = ask(queues.find_late_events)
    assert severity == "warning"
    assert what.startswith("The oldest critical event has waited 30 s")


def test_reports_that_nobody_works_off() -> None:
    WebhookReceipt.objects.create(id=new_id(), provider="own", kind="opened", occurred_at=timezone.now(), raw={})
    with clock.shifted(timedelta(minutes=20)):
        [(severity, what)] = ask(queues.find_late_reports)
    assert severity == "broken"
    assert "20 min" in what


def test_a_paused_stream_with_its_reason() -> None:
    set_hold("stream:marketing", Hold.State.PAUSED, reason="boss: wrong prices")
    with clock.shifted(timedelta(minutes=5)):
        [(severity, what)] = ask(queues.find_pauses)
    assert severity == "warning"
    assert what == "The marketing stream has been paused for 5 min (boss: wrong prices): its mail waits."


def test_mail_of_a_paused_stream_is_not_called_late(ada: Contact) -> None:
    make_waiting(ada, late=timedelta(hours=1), stream="critical")
    set_hold("stream:critical", Hold.State.PAUSED)
    assert ask(queues.find_late_mail) == []
