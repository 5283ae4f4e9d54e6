"""Can a person settle an uncertain mail, and does evidence that comes later still win?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from config import clock
from notifications.delivery import outbox
from notifications.delivery.failures import Kind, Verdict
from notifications.delivery.handover import Answer, Flight
from notifications.delivery.models import Call, DeadLetter, Outbox, Provider
from notifications.delivery.outcome import record_outcome
from notifications.delivery.settling import drop_proven, give_up, send_again, settle_as_sent
from preferences.models import Contact
from tests.accounts import only
from tests.letters import make_uncertain
from tests.notifications.delivery.parcels import make_member, make_parcel
from tests.people import make_contacts
from tests.simulator.process import Process
from tracking import lifecycle
from tracking.models import Message, MessageEvent
from tracking.receipts import Report, accept_reports, process_batch

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types"),
    pytest.mark.req("V7"),
]

Work = Callable[[], None]


def _outcome() -> tuple[str, str]:
    message = Message.objects.get()
    return message.state, message.reason


def _delivered(message_id: UUID) -> None:
    """The provider's report comes, late."""
    report = Report(
        provider="mailgun", kind=MessageEvent.Kind.DELIVERED, occurred_at=clock.now(), event_key=str(message_id),
        message_id=message_id,
    )  # fmt: skip
    accept_reports([report])
    process_batch()


@pytest.fixture
def mailgun(providers: dict[str, Any]) -> Provider:
    account: Provider = providers["mailgun"]
    return account


def test_it_was_sent(ada: Contact, mailgun: Provider) -> None:
    ids = make_uncertain([ada], mailgun)
    assert settle_as_sent(ids, at=clock.now(), by=7) == 1
    assert _outcome() == ("sent", "")
    assert Message.objects.get().sent_at == Call.objects.get().created_at
    assert not Outbox.objects.exists()
    assert MessageEvent.objects.get().detail == {"note": "settled_sent", "by": 7}


def test_send_again_is_flagged_and_goes_elsewhere(
    ada: Contact, mailgun: Provider, work: Work, mailbox: Process
) -> None:
    ids = make_uncertain([ada], mailgun)
    assert send_again(ids, at=clock.now(), by=None) == 1
    assert _outcome() == ("retrying", "sent_again_by_staff")
    work()
    message = Message.objects.get()
    assert (message.state, message.is_possibly_doubled) == ("sent", True)
    assert message.provider != "mailgun"
    assert len(mailbox.accepts()) == 1


def test_give_up_makes_a_dead_letter(ada: Contact, mailgun: Provider) -> None:
    ids = make_uncertain([ada], mailgun)
    assert give_up(ids, at=clock.now(), by=None) == 1
    assert _outcome() == ("dead", "unknown_given_up")
    letter = DeadLetter.objects.get()
    assert (letter.cause, letter.provider_key, letter.code) == ("unknown_given_up", "mailgun", "ReadTimeout")


def test_pressed_twice_it_counts_once(ada: Contact, mailgun: Provider) -> None:
    ids = make_uncertain([ada], mailgun)
    assert send_again(ids, at=clock.now(), by=None) == 1
    assert send_again(ids, at=clock.now(), by=None) == 0
    assert settle_as_sent(ids, at=clock.now(), by=None) == 0
    assert give_up(ids, at=clock.now(), by=None) == 0


def test_a_mail_that_is_asked_about_at_this_moment_is_left_alone(ada: Contact, mailgun: Provider) -> None:
    ids = make_uncertain([ada], mailgun)
    Outbox.objects.update(state="sending")
    assert give_up(ids, at=clock.now(), by=None) == 0
    assert _outcome() == ("unknown", "ambiguous")


def test_what_the_outbox_forgot_can_be_settled_but_not_sent_again(ada: Contact, mailgun: Provider) -> None:
    ids = make_uncertain([ada], mailgun)
    Outbox.objects.all().delete()
    assert send_again(ids, at=clock.now(), by=None) == 0
    assert settle_as_sent(ids, at=clock.now(), by=None) == 1
    assert _outcome() == ("sent", "")


def test_giving_up_what_the_outbox_forgot_leaves_no_letter(ada: Contact, mailgun: Provider) -> None:
    ids = make_uncertain([ada], mailgun)
    Outbox.objects.all().delete()
    assert give_up(ids, at=clock.now(), by=None) == 1
    assert (_outcome()[0], DeadLetter.objects.count()) == ("dead", 0)


def test_only_the_chosen_ones_are_settled(mailgun: Provider) -> None:
    ids = make_uncertain(make_contacts(3), mailgun)
    assert settle_as_sent(ids[:1], at=clock.now(), by=None) == 1
    assert Outbox.objects.filter(state="unknown").count() == 2


def test_a_report_after_giving_up_wins(ada: Contact, mailgun: Provider) -> None:
    ids = make_uncertain([ada], mailgun)
    give_up(ids, at=clock.now(), by=None)
    _delivered(ids[0])
    assert Message.objects.get().state == "delivered"
    assert not DeadLetter.objects.exists()


def test_a_report_after_send_again_stops_it(ada: Contact, mailgun: Provider, work: Work, mailbox: Process) -> None:
    ids = make_uncertain([ada], mailgun)
    send_again(ids, at=clock.now(), by=None)
    _delivered(ids[0])
    work()
    assert Message.objects.get().state == "delivered"
    assert mailbox.accepts() == []


def test_a_report_while_a_worker_has_claimed_it_stops_it(
    ada: Contact, providers: dict[str, Provider], work: Work, mailbox: Process
) -> None:
    ids = make_uncertain([ada], only(providers, "mailgun"))
    send_again(ids, at=clock.now(), by=None)
    [row] = outbox.claim("transactional", limit=1, at=clock.now(), owner="w")
    lifecycle.move(ids, Message.State.DELIVERED, at=clock.now())
    drop_proven(ids)
    outbox.give_back([row], due_at=clock.now())
    work()
    assert Message.objects.get().state == "delivered"
    assert mailbox.accepts() == []


def test_a_late_accept_after_send_again_stops_it(ada: Contact, mailgun: Provider, work: Work, mailbox: Process) -> None:
    ids = make_uncertain([ada], mailgun)
    rows = {row.pk: outbox.as_claimed(row) for row in Outbox.objects.all()}
    send_again(ids, at=clock.now(), by=None)
    member = replace(make_member("ada@example.com"), message_id=ids[0])
    parcel = replace(make_parcel(mailgun, member), call_id=Call.objects.get().pk)
    flight = Flight(parcel=parcel, rows=rows, leased_at=0, entered_at=clock.now())
    accepted = Verdict(kind=Kind.ACCEPTED, provider_message_id="late@mailgun")
    record_outcome(flight, Answer(verdicts=[accepted], started_at=clock.now(), milliseconds=20_000))
    work()
    assert _outcome() == ("sent", "")
    assert Message.objects.get().provider_message_id == "late@mailgun"
    assert mailbox.accepts() == []
