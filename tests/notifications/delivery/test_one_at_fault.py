"""Does one odd mail, call or account leave the others alone, and does a report that was faster than us count?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from config import clock
from notifications import jobs
from notifications.delivery import limits, outbox, pipeline
from notifications.delivery.breakers import claim_probe, open_breaker
from notifications.delivery.failures import Kind, Verdict
from notifications.delivery.flights import Flights
from notifications.delivery.handover import Answer, Flight
from notifications.delivery.holds import set_hold, stream_source
from notifications.delivery.mail import read_parcel
from notifications.delivery.models import Breaker, Call, Hold, Outbox, PoolMember, Provider
from notifications.delivery.outcome import record_outcome
from notifications.delivery.pipeline import deliver_batch
from notifications.delivery.pool import Place
from notifications.delivery.roads import are_full_for_today
from notifications.delivery.unknowns import reconsider_unknown
from notifications.routing.router import route_waiting
from preferences.models import Contact
from tests.accounts import only
from tests.letters import make_uncertain
from tests.simulator.process import Process
from tests.types import parcel_type, reset_type
from tracking.models import Message
from tracking.signals import event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types"), pytest.mark.req("D1")]

Work = Callable[[], None]


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    limits.forget()
    yield
    limits.forget()


def _raise(contact: Contact, number: str = "17") -> None:
    event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": number})


def test_two_mails_to_one_person_never_share_a_call(
    providers: dict[str, Provider], ada: Contact, mailbox: Process, work: Work
) -> None:
    only(providers, "mailgun")
    parcel_type(stream="notification")
    _raise(ada, "17")
    _raise(ada, "18")
    work()
    assert sorted(mail["subject"] for mail in mailbox.mails()) == ["Parcel 17", "Parcel 18"]
    assert sorted(Call.objects.values_list("size", flat=True)) == [1, 1]


def test_secrets_that_nobody_can_read_hold_up_nobody(
    providers: dict[str, Provider], ada: Contact, ben: Contact, work: Work
) -> None:
    reset_type()
    for contact in (ada, ben):
        event.send(sender=None, name="reset.asked", contact=contact, payload={"reset_url": "https://shop.example/r"})
    route_waiting("critical")
    Outbox.objects.filter(contact_id=ada.pk).update(secrets=b"sealed with a lost key")
    work()
    assert Message.objects.get(contact=ada).reason == "secrets_unreadable"
    assert Message.objects.get(contact=ben).state == "sent"


def test_what_an_error_of_ours_leaves_claimed_becomes_suspect(
    providers: dict[str, Provider], ada: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcel_type()
    _raise(ada)
    monkeypatch.setattr(pipeline, "load_people", lambda ids: 1 / 0)
    with pytest.raises(ZeroDivisionError), jobs._noting_stumbles():
        jobs.work("transactional")
    jobs._tidy_up()
    assert list(Outbox.objects.values_list("state", "crashes", "batch_cap")) == [("queued", 1, 32)]


def test_a_suspect_that_waits_for_its_turn_holds_up_no_other(ada: Contact, ben: Contact) -> None:
    parcel_type()
    for contact in (ada, ada, ben):
        _raise(contact)
    route_waiting("transactional")
    first, second, other = Outbox.objects.order_by("message_id")
    late = clock.now() + timedelta(hours=1)
    Outbox.objects.filter(pk=first.pk).update(order_key="a", due_at=late)
    Outbox.objects.filter(pk=second.pk).update(order_key="a", batch_cap=1, priority=1)
    Outbox.objects.filter(pk=other.pk).update(batch_cap=32)
    taken = outbox.claim_suspects("transactional", limit=32, at=clock.now(), owner="w")
    assert [row.message_id for row in taken] == [other.pk]


def test_a_mail_reported_delivered_before_an_uncertain_answer_is_done_with(
    providers: dict[str, Provider], ada: Contact
) -> None:
    ids = make_uncertain([ada], providers["mailgun"])
    Outbox.objects.update(state="sending")
    Message.objects.update(state="delivered")
    Call.objects.update(members=[{"m": str(ids[0]), "a": ada.address, "n": "", "r": [], "t": [], "u": ""}])
    row = outbox.as_claimed(Outbox.objects.get())
    flight = Flight(parcel=read_parcel(Call.objects.get()), rows={ids[0]: row}, leased_at=0.0, entered_at=clock.now())
    verdicts = [Verdict(kind=Kind.AMBIGUOUS)]
    record_outcome(flight, Answer(verdicts=verdicts, started_at=clock.now(), milliseconds=1))
    assert not Outbox.objects.exists()
    assert Message.objects.get().state == "delivered"


def test_a_paused_stream_repeats_no_uncertain_call(
    providers: dict[str, Provider], ada: Contact, mailbox: Process, work: Work
) -> None:
    parcel_type()
    only(providers, "resend")
    mailbox.control("PUT", "faults", [{"kind": "reset_after_accept", "count": 1}])
    _raise(ada)
    work()
    set_hold(stream_source("transactional"), Hold.State.PAUSED)
    with clock.shifted(timedelta(minutes=1)):
        work()
    assert Message.objects.get().state == "unknown"


def test_a_call_that_cannot_be_read_holds_up_nobody(providers: dict[str, Provider], ada: Contact) -> None:
    make_uncertain([ada], only(providers, "resend"))
    Outbox.objects.update(due_at=clock.now())
    Call.objects.update(members=None, sealed_members=b"sealed with a lost key")
    with Flights() as flights:
        assert reconsider_unknown(Outbox.objects.get().stream, flights) == 1
    assert Outbox.objects.get().due_at > clock.now()


def test_a_probe_that_found_no_mail_is_given_back(providers: dict[str, Provider]) -> None:
    account = only(providers, "mailgun")
    at = clock.now()
    open_breaker(account, "critical", reason="failures", at=at - timedelta(hours=1))
    with Flights() as flights:
        assert deliver_batch("critical", flights) == 0
    assert claim_probe(account, "critical", at=clock.now())


def test_a_limit_set_later_does_not_count_what_went_before(providers: dict[str, Provider]) -> None:
    account = only(providers, "mailgun")
    account.mails_per_second, account.calls_per_second = 100_000, None
    assert sum(limits.take(account, 1000, mails_a_call=1) for _ in range(20)) > 1
    account.calls_per_second = 10
    assert limits.take(account, 1, mails_a_call=1) == 1


def test_mail_does_not_wait_for_tomorrow_while_another_account_may_recover() -> None:
    full = Place(member=PoolMember(provider=Provider(pk=1)), ceiling=0)
    broken: Any = Place(member=PoolMember(provider=Provider(pk=2)), breaker=Breaker.State.OPEN)
    assert are_full_for_today([full])
    assert not are_full_for_today([full, broken])
