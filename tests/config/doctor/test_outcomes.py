"""Does the doctor see what became of mails: uncertain, given up, unreported; and of events that were refused?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from config import clock
from config.doctor import outcomes
from config.ids import new_id
from notifications.delivery.alerts import raise_alert
from notifications.delivery.models import DeadLetter
from preferences.erasure import erase_contact
from preferences.models import Contact, Erasure
from tests.config.doctor.asking import ask, make_account, make_call, make_waiting
from tests.types import parcel_type
from tracking.events import record_event
from tracking.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("new_types")]


def _mails(contact: Contact, number: int, **fields: Any) -> list[UUID]:
    rows = [
        Message(id=new_id(), contact=contact, source=f"test:{new_id()}", stream="marketing", state="sent", **fields)
        for _ in range(number)
    ]
    return [row.pk for row in Message.objects.bulk_create(rows)]


def test_mails_that_stay_uncertain(ada: Contact) -> None:
    make_waiting(ada, late=timedelta(hours=2), state="unknown")
    make_waiting(ada, late=timedelta(minutes=10), state="unknown")
    [(severity, what)] = ask(outcomes.find_unknown_mails)
    assert severity == "warning"
    assert what.startswith("Of 1 mail nobody has known")


@pytest.mark.parametrize(("number", "severity"), [(1, "note"), (20, "warning")])
def test_dead_letters_that_pile_up(ada: Contact, number: int, severity: str) -> None:
    for identifier in _mails(ada, number):
        DeadLetter.objects.create(
            message_id=identifier, contact_id=ada.pk, stream="marketing", source="test", template_version_id=uuid4(),
            cause="permanent_recipient",
        )  # fmt: skip
    [(found, what)] = ask(outcomes.find_dead_letters)
    assert found == severity
    assert f"{number} of the last 24 hours" in what


def test_an_erasure_that_does_not_come_to_its_end(ada: Contact) -> None:
    erase_contact(ada, source="test")
    assert ask(outcomes.find_unfinished_erasures) == []
    Erasure.objects.update(requested_at=clock.now() - timedelta(hours=2))
    [(severity, what)] = ask(outcomes.find_unfinished_erasures)
    assert severity == "warning"
    assert what.startswith("Not finished after an hour: 1 erasure.")


def test_refused_events_with_the_newest_ones_fault(ada: Contact, settings: Any) -> None:
    settings.POSTRIDER_STRICT = False
    parcel_type()
    record_event("parcel.sent", contact=ada, payload={})
    [(severity, what)] = ask(outcomes.find_refused_events)
    assert severity == "warning"
    assert "1 event. The newest is parcel.sent (payload.number: Field required)" in what


def test_an_account_that_sends_and_never_reports(ada: Contact) -> None:
    post = make_account("post", "marketing")
    make_call(post, at=clock.now() - timedelta(hours=3), members=_mails(ada, 20), size=20)
    [(severity, what)] = ask(outcomes.find_missing_reports)
    assert severity == "warning"
    assert what.startswith("Post took 20 mails")


def test_one_report_is_enough(ada: Contact) -> None:
    post = make_account("post", "marketing")
    members = [*_mails(ada, 19), *_mails(ada, 1, delivered_at=timezone.now())]
    make_call(post, at=clock.now() - timedelta(hours=3), members=members, size=20)
    assert ask(outcomes.find_missing_reports) == []


def test_reports_of_the_last_hour_may_still_come(ada: Contact) -> None:
    post = make_account("post", "marketing")
    make_call(post, at=clock.now() - timedelta(hours=1), members=_mails(ada, 20), size=20)
    assert ask(outcomes.find_missing_reports) == []


def test_alerts_that_nothing_else_tells() -> None:
    raise_alert("blocklisted", "post at gmail.com", "gmail.com blocks mail from Post.")
    raise_alert("breaker_open", "post (marketing)", "told elsewhere")
    assert ask(outcomes.find_alerts) == [("warning", "gmail.com blocks mail from Post.")]
