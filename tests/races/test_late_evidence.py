"""A mail goes again, and then its first call proves accepted: is it stopped, and do the two never block each other?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from config import clock
from notifications.delivery import gate, outbox, outcome, settling
from notifications.delivery.failures import Kind, Verdict
from notifications.delivery.handover import Answer, Flight
from notifications.delivery.models import Call, Outbox, Provider
from preferences.facts import lock_contact
from preferences.models import Contact
from tests.letters import make_uncertain
from tests.notifications.delivery.parcels import make_member, make_parcel
from tests.people import make_contacts
from tests.races.threads import in_thread
from tracking import lifecycle
from tracking.models import Message, MessageEvent
from tracking.receipts import Report, accept_reports, process_batch

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types"),
    pytest.mark.req("V7"),
]


@pytest.fixture
def mailgun(providers: dict[str, Any]) -> Provider:
    account: Provider = providers["mailgun"]
    return account


def _first_flight(ids: Sequence[UUID], account: Provider) -> Flight:
    rows = {row.pk: outbox.as_claimed(row) for row in Outbox.objects.all()}
    members = [replace(make_member("ada@example.com"), message_id=one) for one in ids]
    return Flight(
        parcel=replace(make_parcel(account, *members), call_id=Call.objects.get().pk), rows=rows, leased_at=0,
        entered_at=clock.now(),
    )  # fmt: skip


def _answer(*kinds: Kind, code: str = "") -> Answer:
    verdicts = [Verdict(kind=kind, code=code, provider_message_id="late@mailgun") for kind in kinds]
    return Answer(verdicts=verdicts, started_at=clock.now(), milliseconds=20_000)


def _report(ids: Sequence[UUID], kind: MessageEvent.Kind) -> None:
    accept_reports(
        [
            Report(
                provider="mailgun", kind=kind, occurred_at=clock.now(), event_key=f"{one}{kind}", message_id=one,
            )
            for one in ids
        ]
    )  # fmt: skip


def _try_gate(row: outbox.Claimed, call: UUID) -> set[UUID]:
    with transaction.atomic():
        passed = gate.pass_gate([row], at=clock.now()).passed
        return gate.enter_sending([(one, call) for one in passed], until=clock.now())


@pytest.mark.parametrize("evidence", ["answer", "report"])
def test_the_gate_waits_for_late_evidence_under_way_and_obeys_it(
    ada: Contact, mailgun: Provider, evidence: str
) -> None:
    ids = make_uncertain([ada], mailgun)
    flight = _first_flight(ids, mailgun)
    settling.send_again(ids, at=clock.now(), by=None)
    [row] = outbox.claim("transactional", limit=1, at=clock.now(), owner="w")
    _report(ids, MessageEvent.Kind.SENT)
    entered: list[set[UUID]] = []
    with transaction.atomic():
        if evidence == "answer":
            outcome.record_outcome(flight, _answer(Kind.ACCEPTED))
        else:
            process_batch()
        sender = in_thread(lambda: entered.append(_try_gate(row, flight.parcel.call_id)))
        _await_waiting()
        assert entered == []  # behind the row that the evidence holds
    sender.join()
    assert entered == [set()]
    assert Message.objects.get().state == "sent"


def test_evidence_that_waits_for_the_gate_is_not_lost(ada: Contact, mailgun: Provider) -> None:
    ids = make_uncertain([ada], mailgun)
    flight = _first_flight(ids, mailgun)
    settling.send_again(ids, at=clock.now(), by=None)
    [row] = outbox.claim("transactional", limit=1, at=clock.now(), owner="w")
    with transaction.atomic():
        gate.pass_gate([row], at=clock.now())
        assert gate.enter_sending([(row, flight.parcel.call_id)], until=clock.now()) == set(ids)
        late = in_thread(lambda: outcome.record_outcome(flight, _answer(Kind.ACCEPTED)))
        _await_waiting()
    late.join()
    assert Message.objects.get().state == "sent"


@contextmanager
def _pausing(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> Iterator[list[Callable[[], None]]]:
    """Do something just before one step of another transaction, once, and go on when it waits for that one."""
    steps: list[Callable[[], None]] = []
    whole = getattr(module, name)

    def step(*arguments: Any, **named: Any) -> Any:
        if steps:
            steps.pop()()
        return whole(*arguments, **named)

    monkeypatch.setattr(module, name, step)
    yield steps


def test_a_late_answer_and_a_report_of_one_mail_do_not_block_each_other(
    ada: Contact, mailgun: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer holds the outbox row and wants the message; the report must not hold the message meanwhile."""
    ids = make_uncertain([ada], mailgun)
    flight = _first_flight(ids, mailgun)
    _report(ids, MessageEvent.Kind.DELIVERED)
    threads = []

    def report() -> None:
        threads.append(in_thread(process_batch))
        _await_waiting()

    with _pausing(monkeypatch, lifecycle, "mark_sent") as steps, _no_deadlock():
        steps.append(report)
        outcome.record_outcome(flight, _answer(Kind.ACCEPTED))
        threads[0].join()
    assert (Message.objects.get().state, Outbox.objects.count()) == ("delivered", 0)


def test_a_refused_mailbox_and_a_report_of_the_same_call_do_not_block_each_other(
    mailgun: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer suppresses the second person after it took the first one's rows; the report takes both people."""
    ids = make_uncertain(make_contacts(2), mailgun)
    flight = _first_flight(ids, mailgun)
    Outbox.objects.update(state="sending", fence=1)
    _report(ids, MessageEvent.Kind.OPENED)
    threads = []

    def report() -> None:
        threads.append(in_thread(process_batch))
        _await_waiting()

    with _pausing(monkeypatch, outcome, "_suppress_refused") as steps, _no_deadlock():
        steps.append(report)
        outcome.record_outcome(flight, _answer(Kind.ACCEPTED, Kind.PERMANENT_RECIPIENT, code="5.1.1"))
        threads[0].join()
    assert MessageEvent.objects.filter(kind="opened").count() == 2
    assert Contact.objects.filter(suppressions__isnull=False).count() == 1


def test_reports_take_people_before_mails(mailgun: Provider) -> None:
    """An open writes on the contact: while somebody holds that, the report must hold no message."""
    people = make_contacts(1)
    ids = make_uncertain(people, mailgun)
    _report(ids, MessageEvent.Kind.OPENED)
    with transaction.atomic():
        lock_contact(people[0].pk)
        reader = in_thread(process_batch)
        _await_waiting()
        Message.objects.select_for_update(nowait=True, no_key=True).get(pk=ids[0])
    reader.join()
    assert Message.objects.get().opened_at is not None


def _await_waiting() -> None:
    """Return once some session of this database waits for a lock."""
    for _ in range(20_000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees the same activity until then
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


@contextmanager
def _no_deadlock() -> Iterator[None]:
    """Nothing inside is broken off by PostgreSQL: its count of deadlocks stays."""
    before = _deadlocks()
    yield
    assert _deadlocks() == before


def _deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
