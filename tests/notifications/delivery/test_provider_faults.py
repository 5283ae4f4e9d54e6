"""What becomes of a mail when its provider misbehaves?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config import clock
from notifications.delivery.models import Alert, Attempt, Outbox, PoolMember, Provider
from preferences.models import Contact
from tests.accounts import only
from tests.people import make_contacts
from tests.simulator.process import Process
from tests.types import parcel_type
from tracking.models import Message, MessageEvent
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types"),
    pytest.mark.req("V4"),
]


def _raise(contact: Contact) -> None:
    event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": "17"})


def _fault(mailbox: Process, **fault: Any) -> None:
    mailbox.control("PUT", "faults", [fault])


def _state() -> tuple[str, str]:
    message = Message.objects.get()
    return message.state, message.reason


@pytest.fixture
def mailgun(providers: dict[str, Provider]) -> Provider:
    parcel_type()
    return only(providers, "mailgun")


@pytest.fixture
def resend(providers: dict[str, Provider]) -> Provider:
    parcel_type()
    return only(providers, "resend")


def test_too_many_requests_waits_as_long_as_it_is_told(
    mailgun: Provider, ada: Contact, mailbox: Process, work: Callable[[], None]
) -> None:
    _fault(mailbox, kind="429", count=1, retry_after=300)
    _raise(ada)
    work()
    assert _state() == ("retrying", "transient")
    waits = Outbox.objects.get().due_at - clock.now()
    assert timedelta(seconds=290) < waits < timedelta(seconds=370)
    with clock.shifted(timedelta(minutes=7)):
        work()
    assert _state() == ("sent", "")
    assert [attempt.kind for attempt in Attempt.objects.all()] == ["transient", "accepted"]


@pytest.mark.parametrize(("seconds", "alerts"), [(600, 0), (3600, 1)])
def test_staff_hears_of_a_long_wait_and_what_it_means(
    mailgun: Provider, ada: Contact, mailbox: Process, work: Callable[[], None], seconds: int, alerts: int
) -> None:
    _fault(mailbox, kind="429", count=1, retry_after=seconds)
    _raise(ada)
    work()
    assert Alert.objects.filter(cleared_at=None).count() == alerts
    for alert in Alert.objects.all():
        until = mailgun.breakers.get().open_until
        assert until is not None
        assert (alert.kind, alert.subject) == ("asked_to_wait", "mailgun (transactional)")
        assert f"Mailgun asks for no transactional mail before {until:%Y-%m-%d %H:%M} UTC" in alert.text
        assert "1 mails of the stream wait now; no other account sends this stream" in alert.text
    with clock.shifted(timedelta(minutes=75)):
        work()
    assert _state() == ("sent", "")
    assert not Alert.objects.filter(cleared_at=None).exists()


@pytest.mark.parametrize("fault", [{"kind": "500"}, {"kind": "reset_after_accept"}, {"kind": "broken_json"}])
def test_an_uncertain_answer_without_a_key_stays_unknown(
    fault: dict[str, Any], mailgun: Provider, ada: Contact, mailbox: Process, work: Callable[[], None]
) -> None:
    _fault(mailbox, count=1, **fault)
    _raise(ada)
    work()
    with clock.shifted(timedelta(hours=1)):
        work()
    assert _state() == ("unknown", "ambiguous")
    assert len(mailbox.accepts()) <= 1


@pytest.mark.parametrize("fault", [{"kind": "500"}, {"kind": "reset_after_accept"}, {"kind": "broken_json"}])
def test_an_uncertain_answer_with_a_key_is_asked_again(
    fault: dict[str, Any], resend: Provider, ada: Contact, mailbox: Process, work: Callable[[], None]
) -> None:
    _fault(mailbox, count=1, **fault)
    _raise(ada)
    work()
    with clock.shifted(timedelta(minutes=2)):
        work()
    assert _state() == ("sent", "")
    assert len(mailbox.accepts()) == 1


def test_mail_declared_resend_goes_again_and_is_flagged(
    providers: dict[str, Provider], ada: Contact, mailbox: Process, work: Callable[[], None]
) -> None:
    only(providers, "mailgun")
    parcel_type(on_unknown="resend")
    _fault(mailbox, kind="reset_after_accept", count=1)
    _raise(ada)
    work()
    with clock.shifted(timedelta(minutes=11)):
        work()
    assert _state() == ("sent", "")
    assert Message.objects.get().is_possibly_doubled
    assert len(mailbox.accepts()) == 2


def test_critical_mail_does_not_wait_for_evidence(
    providers: dict[str, Provider], ada: Contact, mailbox: Process, work: Callable[[], None]
) -> None:
    parcel_type(stream="critical")
    _fault(mailbox, kind="reset_after_accept", provider="mailgun", count=1)
    _raise(ada)
    work()
    with clock.shifted(timedelta(seconds=3)):
        work()
    message = Message.objects.get()
    assert (message.state, message.is_possibly_doubled) == ("sent", True)
    assert message.provider != "mailgun"


def test_a_refused_key_blocks_the_account_and_fails_over(
    providers: dict[str, Provider], ada: Contact, mailbox: Process, work: Callable[[], None]
) -> None:
    parcel_type()
    _fault(mailbox, kind="401", provider="mailgun")
    _raise(ada)
    work()
    with clock.shifted(timedelta(seconds=5)):
        work()
    assert _state() == ("sent", "")
    assert Message.objects.get().provider != "mailgun"
    blocked = Provider.objects.get(kind="mailgun")
    assert blocked.refused_at is not None
    assert blocked.refused_reason.startswith("401")


def test_without_a_usable_provider_mail_waits(mailgun: Provider, ada: Contact, work: Callable[[], None]) -> None:
    PoolMember.objects.all().delete()
    _raise(ada)
    work()
    assert _state() == ("queued", "")
    assert Outbox.objects.get().state == "queued"


def test_after_its_last_try_a_mail_is_a_dead_letter(
    mailgun: Provider, ada: Contact, mailbox: Process, work: Callable[[], None]
) -> None:
    _fault(mailbox, kind="429")
    _raise(ada)
    for hours in range(0, 40, 5):
        with clock.shifted(timedelta(hours=hours)):
            work()
    assert _state() == ("dead", "out_of_tries")
    assert Attempt.objects.count() == 6
    assert not Outbox.objects.exists()


def test_one_bad_recipient_does_not_hold_back_the_batch(
    providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    only(providers, "mailgun")
    parcel_type(stream="marketing")
    for person in make_contacts(9):
        _raise(person)
    _fault(mailbox, kind="400", match="person4@*")
    for _ in range(8):
        work()
    states = dict(Message.objects.values_list("contact__address", "state"))
    assert states.pop("person4@example.com") == "failed"
    assert set(states.values()) == {"sent"}
    assert len(mailbox.accepts()) == 8


@pytest.mark.parametrize(
    ("code", "state", "reason"),
    [("451", "retrying", "transient"), ("550", "failed", "permanent_recipient"),
     ("552", "failed", "permanent_message")],
)  # fmt: skip
def test_smtp_answers(
    code: str, state: str, reason: str, providers: dict[str, Provider], ada: Contact, mailbox: Process,
    work: Callable[[], None],
) -> None:  # fmt: skip
    only(providers, "smtp")
    parcel_type()
    _fault(mailbox, kind=code, provider="smtp", count=1)
    _raise(ada)
    work()
    assert _state() == (state, reason)


def test_no_answer_holds_an_address_or_a_body(
    mailgun: Provider, ada: Contact, mailbox: Process, work: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    _fault(mailbox, kind="400", count=1)
    _raise(ada)
    work()
    kept = [attempt.answer for attempt in Attempt.objects.all()]
    kept += [str(one.detail) for one in MessageEvent.objects.all()]
    assert not any("ada@" in text for text in [*kept, caplog.text])
