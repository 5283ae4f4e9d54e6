"""Does the screen of uncertain mails show the evidence, what comes next, and do what it says?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from campaigns import overview
from config import clock
from config.ids import derived_id
from notifications.backlog import read_lanes
from notifications.delivery.models import Attempt, Call, DeadLetter, Outbox, Provider
from notifications.filters import MessageFilter
from preferences.models import Contact
from tests.accounts import only
from tests.letters import make_uncertain
from tests.people import make_contacts
from tests.simulator.process import Process
from tests.types import parcel_type
from tracking.models import Message, MessageEvent
from tracking.signals import event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("new_types"), pytest.mark.req("V7")]

LIST = "/uncertain/"


@pytest.fixture
def mailgun(db: None) -> Provider:
    return Provider.objects.create(key="mailgun", kind="mailgun", name="Mailgun", is_simulated=True)


@pytest.fixture
def resend(db: None) -> Provider:
    return Provider.objects.create(key="resend", kind="resend", name="Resend", is_simulated=True)


def _get(client: Client, path: str = LIST) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def _page() -> str:
    return f"{LIST}{Call.objects.get().pk}/"


def _settle(client: Client, act: str, **fields: object) -> str:
    response = client.post(f"{_page()}settle/", {"act": act, "scope": "all", **fields}, follow=True)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_mails_stand_there_by_call(boss: Client, mailgun: Provider) -> None:
    make_uncertain(make_contacts(3), mailgun)
    told = _get(boss)
    assert "3 uncertain mails in all" in told
    assert told.count("pr-row-link") == 1
    assert "The provider did not answer in time, after everything was handed to it" in told


@pytest.mark.parametrize(("query", "number"), [("provider=mailgun", 1), ("stream=critical", 0), ("type=parcel", 1)])
def test_filters(boss: Client, mailgun: Provider, query: str, number: int) -> None:
    make_uncertain(make_contacts(3), mailgun)
    assert _get(boss, f"{LIST}?{query}").count("pr-row-link") == number


def test_a_provider_without_keys_is_waited_for(boss: Client, mailgun: Provider) -> None:
    make_uncertain(make_contacts(1), mailgun)
    told = _get(boss, _page())
    assert "It has no idempotency keys" in told
    assert "They wait for a report of the provider until" in told


def test_a_provider_with_keys_is_asked_again(boss: Client, resend: Provider) -> None:
    make_uncertain(make_contacts(1), resend)
    told = _get(boss, _page())
    assert "It remembers idempotency keys for 24 hours" in told
    assert "with the same idempotency key" in told


def test_reports_are_evidence(boss: Client, mailgun: Provider) -> None:
    [one] = make_uncertain(make_contacts(1), mailgun)
    assert "has reported nothing about them so far" in _get(boss, _page())
    MessageEvent.objects.create(message_id=one, kind="deferred", occurred_at=clock.now(), provider="mailgun")
    assert "reported once" in _get(boss, _page())


def test_a_dead_worker_left_no_answer(boss: Client, mailgun: Provider) -> None:
    make_uncertain(make_contacts(1), mailgun, reason="worker_died")
    Attempt.objects.all().delete()
    told = _get(boss, _page())
    assert "The worker died while it handed them over" in told
    assert "its answer was never written down" in told


def test_a_restored_backup_leaves_mails_without_a_call(boss: Client, mailgun: Provider) -> None:
    make_uncertain(make_contacts(2), mailgun, reason="restored")
    Outbox.objects.update(call_id=None)
    Message.objects.update(call_ids=[])
    told = _get(boss, f"{LIST}{UUID(int=0)}/")
    assert "A backup was restored" in told
    assert "Nothing more happens by itself" in told


def test_a_call_of_which_some_is_settled_is_not_repeated(boss: Client, resend: Provider) -> None:
    make_uncertain(make_contacts(2), resend)
    _settle(boss, "sent", scope="ticked", ticked=str(Message.objects.values_list("pk", flat=True)[0]), confirmed="1")
    assert "They wait for a report of the provider until" in _get(boss, _page())


@pytest.mark.django_db(transaction=True)
def test_asking_the_provider_settles_what_it_has(
    boss: Client, ada: Contact, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    only(providers, "mailgun")
    parcel_type(stream="marketing")
    mailbox.control("PUT", "faults", [{"kind": "reset_after_accept", "count": 1}])
    event.send(sender=None, name="parcel.sent", contact=ada, payload={"number": "17"})
    work()
    assert "Ask the provider now" in _get(boss, _page())
    response = boss.post(f"{_page()}ask/", follow=True)
    assert "1 mail found there: recorded as sent." in response.content.decode()
    assert Message.objects.get().state == "sent"


def test_a_provider_without_search_is_not_asked(boss: Client, resend: Provider) -> None:
    make_uncertain(make_contacts(1), resend)
    assert "Ask the provider now" not in _get(boss, _page())
    assert boss.post(f"{_page()}ask/").status_code == 404


def test_deciding_asks_first(boss: Client, mailgun: Provider) -> None:
    make_uncertain(make_contacts(3), mailgun)
    assert "3 mails will be sent again, and may arrive twice" in _settle(boss, "again")
    assert Outbox.objects.filter(state="unknown").count() == 3


@pytest.mark.parametrize(("act", "state"), [("sent", "sent"), ("again", "retrying"), ("give_up", "dead")])
def test_then_it_is_done(boss: Client, mailgun: Provider, act: str, state: str) -> None:
    make_uncertain(make_contacts(3), mailgun)
    assert "All mails of this call are settled" in _settle(boss, act, confirmed="1")
    assert set(Message.objects.values_list("state", flat=True)) == {state}


def test_only_the_ticked_ones(boss: Client, mailgun: Provider) -> None:
    ids = make_uncertain(make_contacts(3), mailgun)
    assert "1 mail given up" in _settle(boss, "give_up", scope="ticked", ticked=str(ids[0]), confirmed="1")
    assert DeadLetter.objects.count() == 1


def test_many_need_their_number_typed(boss: Client, mailgun: Provider) -> None:
    make_uncertain(make_contacts(51), mailgun)
    assert "type 51 to confirm" in _settle(boss, "again")
    assert "the number typed is not 51" in _settle(boss, "again", confirmed="1")
    assert Outbox.objects.filter(state="unknown").count() == 51
    _settle(boss, "again", confirmed="1", typed="51")
    assert Outbox.objects.filter(state="retrying").count() == 51


def test_what_was_settled_meanwhile_is_said(boss: Client, mailgun: Provider) -> None:
    ids = make_uncertain(make_contacts(2), mailgun)
    Outbox.objects.filter(pk=ids[0]).update(state="sending")
    told = _settle(boss, "sent", scope="ticked", ticked=[str(one) for one in ids], confirmed="1")
    assert "1 mail recorded as sent." in told
    assert "1 mail left alone" in told


def test_what_the_outbox_forgot_cannot_be_sent_again(boss: Client, mailgun: Provider) -> None:
    make_uncertain(make_contacts(1), mailgun)
    Outbox.objects.all().delete()
    told = _get(boss, _page())
    assert "Send again (may arrive twice)" not in told
    assert "It was sent" in told


def test_the_message_page_leads_there(boss: Client, ada: Contact, mailgun: Provider) -> None:
    [one] = make_uncertain([ada], mailgun)
    assert f'href="{_page()}"' in _get(boss, f"/messages/{one}/")


def test_support_may_not(somebody: Callable[..., Client], mailgun: Provider) -> None:
    make_uncertain(make_contacts(1), mailgun)
    support = somebody("support")
    assert support.get(LIST).status_code == 403
    assert support.post(f"{_page()}settle/", {"act": "sent", "confirmed": "1"}).status_code == 403


def test_a_decision_that_does_not_exist(boss: Client, mailgun: Provider) -> None:
    make_uncertain(make_contacts(1), mailgun)
    assert boss.post(f"{_page()}settle/", {"act": "burn"}).status_code == 404


def test_its_numbers_are_those_of_the_log_the_overview_and_the_queues(boss: Client, mailgun: Provider) -> None:
    ids = make_uncertain(make_contacts(5), mailgun)
    Outbox.objects.filter(pk__in=ids[:2]).delete()  # of which the older one is three days old
    Outbox.objects.filter(pk=ids[2]).update(state="sending")  # asked again just now
    Message.objects.filter(pk=ids[0]).update(id=derived_id(clock.now() - timedelta(days=3), b"old"),
                                             created_at=clock.now() - timedelta(days=3))  # fmt: skip
    overview.forget()
    told = _get(boss)
    assert "5 uncertain mails in all, as the message log lists" in told
    assert "4 of them were created in the last 24 hours, which the overview counts; 2 still wait" in told
    assert MessageFilter({"state": "unknown"}, queryset=Message.objects.all()).qs.count() == 5
    assert overview.read_day(at=clock.now()).totals["unknown"] == 4
    assert sum(lane.counts.get("unknown", 0) for lane in read_lanes(at=clock.now())) == 2
    assert "message log lists" not in _get(boss, f"{LIST}?provider=mailgun")
