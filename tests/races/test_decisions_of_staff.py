"""Two people, or a person and a report, decide about the same mail at once: does exactly one of them win?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from config import clock
from notifications.delivery.deadletters import bury, discard, replay
from notifications.delivery.deadletters.burial import Burial
from notifications.delivery.models import DeadLetter, Outbox, Provider
from notifications.delivery.settling import give_up, send_again, settle_as_sent
from tests.letters import bury_parcels, make_uncertain
from tests.people import make_contacts
from tracking import lifecycle
from tracking.models import Message, MessageEvent
from tracking.receipts import Report, accept_reports, process_batch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types")]

PEOPLE = 30


def _at_once(*runs: Callable[[], Any]) -> list[Any]:
    """Run everything at the same moment, each on a connection of its own; the results in the order given."""
    results: list[Any] = [None] * len(runs)
    start = threading.Barrier(len(runs))

    def one(place: int) -> None:
        try:
            start.wait()
            results[place] = runs[place]()
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(place,)) for place in range(len(runs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def mailgun(providers: dict[str, Any]) -> Provider:
    account: Provider = providers["mailgun"]
    return account


def _deliver(ids: Sequence[UUID]) -> None:
    """Reports of delivery come in, as from webhooks."""
    accept_reports(
        [
            Report(
                provider="mailgun", kind=MessageEvent.Kind.DELIVERED, occurred_at=clock.now(), event_key=str(one),
                message_id=one,
            )
            for one in ids
        ]
    )  # fmt: skip
    while process_batch():
        pass


@pytest.mark.req("V5")
def test_replay_pressed_twice_sends_once() -> None:
    ids = bury_parcels(make_contacts(PEOPLE))
    at = clock.now()
    done = _at_once(*[lambda: replay(ids, at=at)] * 4)
    assert sum(one.replayed for one in done) == PEOPLE
    assert Outbox.objects.filter(generation=2).count() == PEOPLE
    assert set(Message.objects.values_list("generation", flat=True)) == {2}


@pytest.mark.req("V5")
def test_replay_from_either_end_is_no_deadlock() -> None:
    ids = bury_parcels(make_contacts(PEOPLE))
    at = clock.now()
    done = _at_once(lambda: replay(ids, at=at), lambda: replay(ids[::-1], at=at))
    assert sum(one.replayed for one in done) == PEOPLE


@pytest.mark.req("V5")
def test_a_mail_is_replayed_or_discarded_never_both() -> None:
    ids = bury_parcels(make_contacts(PEOPLE))
    at = clock.now()
    done, gone = _at_once(lambda: replay(ids, at=at), lambda: discard(ids[::-1], at=at))
    assert done.replayed + gone == PEOPLE
    assert Outbox.objects.count() == done.replayed
    assert DeadLetter.objects.filter(discarded_at__isnull=False, payload={}).count() == gone


@pytest.mark.req("V5")
def test_a_mail_is_buried_once() -> None:
    ids = bury_parcels(make_contacts(PEOPLE))
    replay(ids, at=clock.now())
    burials = [Burial(message_id=one, cause="poison") for one in ids]
    runs = [lambda: bury(burials, state=Outbox.State.QUEUED, at=clock.now())] * 3
    assert sum(len(one) for one in _at_once(*runs)) == PEOPLE


@pytest.mark.req("V5")
def test_late_evidence_and_a_replay_leave_nothing_half_done() -> None:
    ids = bury_parcels(make_contacts(PEOPLE))
    at = clock.now()
    _at_once(lambda: replay(ids, at=at), lambda: _deliver(ids))
    assert set(Message.objects.values_list("state", flat=True)) == {"delivered"}
    assert (DeadLetter.objects.count(), Outbox.objects.count()) == (0, 0)


@pytest.mark.req("V7")
@pytest.mark.parametrize("decide", [settle_as_sent, send_again, give_up])
def test_a_report_wins_over_any_decision(mailgun: Provider, decide: Callable[..., int]) -> None:
    ids = make_uncertain(make_contacts(PEOPLE), mailgun)
    _at_once(lambda: decide(ids, at=clock.now(), by=None), lambda: _deliver(ids))
    assert set(Message.objects.values_list("state", flat=True)) == {"delivered"}
    assert (DeadLetter.objects.count(), Outbox.objects.count()) == (0, 0)


@pytest.mark.req("V7")
def test_two_people_who_decide_differently_do_not_both_get_their_way(mailgun: Provider) -> None:
    ids = make_uncertain(make_contacts(PEOPLE), mailgun)
    at = clock.now()
    counts = _at_once(
        lambda: settle_as_sent(ids, at=at, by=None),
        lambda: send_again(ids[::-1], at=at, by=None),
        lambda: give_up(ids, at=at, by=None),
    )
    assert sum(counts) <= PEOPLE  # what one holds at that moment, the others leave alone
    found = {state: Message.objects.filter(state=state).count() for state in ("sent", "retrying", "dead", "unknown")}
    assert [found["sent"], found["retrying"], found["dead"]] == counts
    assert found["unknown"] == PEOPLE - sum(counts)
    assert (Outbox.objects.filter(state="retrying").count(), DeadLetter.objects.count()) == (counts[1], counts[2])


@pytest.mark.req("V7")
def test_a_decision_leaves_alone_what_a_report_holds(mailgun: Provider) -> None:
    [one] = make_uncertain(make_contacts(1), mailgun)
    with transaction.atomic():
        lifecycle.move([one], Message.State.DELIVERED, at=clock.now())  # not committed yet
        [count] = _at_once(lambda: send_again([one], at=clock.now(), by=None))
    assert count == 0
    assert Outbox.objects.get().state == "unknown"
