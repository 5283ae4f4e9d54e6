"""Can a person settle an uncertain mail, and does evidence that comes later still win?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from config import clock
from notifications.delivery import gate, outbox
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
    _report(message_id, MessageEvent.Kind.DELIVERED)


def _report(message_id: UUID, kind: MessageEvent.Kind) -> None:
    report = Report(
        provider="mailgun", kind=kind, occurred_at=clock.now(), event_key=str(message_id),
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


def _flight_of_first_call(ids: list[UUID], account: Provider) -> Flight:
    """The call that was called uncertain, still on its way back."""
    rows = {row.pk: outbox.as_claimed(row) for row in Outbox.objects.all()}
    members = [replace(make_member("ada@example.com"), message_id=one) for one in ids]
    parcel = replace(make_parcel(account, *members), call_id=Call.objects.get().pk)
    return Flight(parcel=parcel, rows=rows, leased_at=0, entered_at=clock.now())


def _accept_late(flight: Flight) -> None:
    accepted = Verdict(kind=Kind.ACCEPTED, provider_message_id="late@mailgun")
    record_outcome(flight, Answer(verdicts=[accepted], started_at=clock.now(), milliseconds=20_000))


def test_a_late_accept_after_send_again_stops_it(ada: Contact, mailgun: Provider, work: Work, mailbox: Process) -> None:
    ids = make_uncertain([ada], mailgun)
    flight = _flight_of_first_call(ids, mailgun)
    send_again(ids, at=clock.now(), by=None)
    _accept_late(flight)
    work()
    assert _outcome() == ("sent", "")
    assert Message.objects.get().provider_message_id == "late@mailgun"
    assert mailbox.accepts() == []


def test_a_late_accept_stops_what_a_worker_has_claimed_and_gives_back(
    ada: Contact, mailgun: Provider, work: Work, mailbox: Process
) -> None:
    ids = make_uncertain([ada], mailgun)
    flight = _flight_of_first_call(ids, mailgun)
    send_again(ids, at=clock.now(), by=None)
    [row] = outbox.claim("transactional", limit=1, at=clock.now(), owner="w")
    _accept_late(flight)
    outbox.give_back([row], due_at=clock.now())
    work()
    assert (_outcome(), Outbox.objects.count()) == (("sent", ""), 0)
    assert mailbox.accepts() == []


def test_what_was_accepted_meanwhile_is_not_held_back(ada: Contact, mailgun: Provider) -> None:
    ids = make_uncertain([ada], mailgun)
    flight = _flight_of_first_call(ids, mailgun)
    send_again(ids, at=clock.now(), by=None)
    [row] = outbox.claim("transactional", limit=1, at=clock.now(), owner="w")
    _accept_late(flight)
    outbox.defer([row], reason="held", at=clock.now(), due_at=clock.now())
    assert (_outcome(), Outbox.objects.count()) == (("sent", ""), 0)


@pytest.mark.parametrize("kind", [Kind.PERMANENT_MESSAGE, Kind.TRANSIENT, Kind.AMBIGUOUS, Kind.NOT_TRIED])
def test_a_late_accept_counts_whatever_comes_of_the_second_call(
    ada: Contact, mailgun: Provider, kind: Kind, work: Work, mailbox: Process
) -> None:
    ids = make_uncertain([ada], mailgun)
    first = _flight_of_first_call(ids, mailgun)
    send_again(ids, at=clock.now(), by=None)
    [row] = outbox.claim("transactional", limit=1, at=clock.now(), owner="w")
    call = Call.objects.create(
        provider=mailgun, stream="transactional", template_version_id=row.template_version_id, is_tracked=False, size=1,
        sender="Shop <shop@example.com>",
    )  # fmt: skip
    gate.enter_sending([(row, call.pk)], until=clock.now())
    second = replace(first, parcel=replace(first.parcel, call_id=call.pk), rows={row.message_id: row})
    _accept_late(first)
    record_outcome(second, Answer(verdicts=[Verdict(kind=kind, code="400")], started_at=clock.now(), milliseconds=20))
    Outbox.objects.update(due_at=clock.now())
    work()
    assert (_outcome(), Outbox.objects.count(), DeadLetter.objects.count()) == (("sent", ""), 0, 0)
    assert mailbox.accepts() == []


@pytest.mark.parametrize(("kind", "state"), [("opened", "sent"), ("sent", "sent"), ("bounced", "retrying")])
def test_what_only_an_accepted_mail_brings_about_stops_it_from_going_again(
    ada: Contact, mailgun: Provider, kind: str, state: str
) -> None:
    ids = make_uncertain([ada], mailgun)
    send_again(ids, at=clock.now(), by=None)
    _report(ids[0], MessageEvent.Kind(kind))
    assert Message.objects.get().state == state
    assert Outbox.objects.exists() == (state == "retrying")
