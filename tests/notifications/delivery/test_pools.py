"""Which account takes the mail, when one fails, is limited or comes back?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config import clock
from notifications.delivery import breakers, limits
from notifications.delivery.models import Alert, Breaker, DomainPause, Outbox, PoolMember, Provider
from notifications.delivery.pool import Place, in_order
from preferences.models import Contact
from tests.accounts import only
from tests.people import make_contacts
from tests.simulator.process import Process
from tests.types import parcel_type
from tracking.models import Message
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types"),
    pytest.mark.req("V2"),
]

Work = Callable[[], None]


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    limits.forget()


@pytest.fixture
def pair(providers: dict[str, Provider]) -> list[Provider]:
    """A pool of Mailgun first, Resend second."""
    Provider.objects.exclude(kind__in=["mailgun", "resend"]).update(is_enabled=False)
    return [providers["mailgun"], providers["resend"]]


def _raise(*contacts: Contact) -> None:
    for contact in contacts:
        event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": "17"})


def _faults(mailbox: Process, *faults: dict[str, Any]) -> None:
    mailbox.control("PUT", "faults", list(faults))


def _by_account() -> Counter[str]:
    return Counter(Message.objects.filter(state="sent").values_list("provider", flat=True))


def test_a_passing_fault_goes_to_the_other_account_at_once(
    pair: list[Provider], ada: Contact, mailbox: Process, work: Work
) -> None:
    parcel_type()
    _faults(mailbox, {"kind": "503", "provider": "mailgun", "count": 1})
    _raise(ada)
    work()
    assert _by_account() == {"resend": 1}


def test_failing_by_both_accounts_is_one_try_of_the_ladder(
    pair: list[Provider], ada: Contact, mailbox: Process, work: Work
) -> None:
    parcel_type()
    _faults(mailbox, {"kind": "503"})
    _raise(ada)
    work()
    row = Outbox.objects.get()
    assert (row.state, row.attempts, row.avoid_provider_id) == ("retrying", 1, None)
    assert row.due_at > clock.now() + timedelta(seconds=50)


def test_an_account_that_refuses_everything_is_left_alone_and_probed_later(
    pair: list[Provider], mailbox: Process, work: Work
) -> None:
    parcel_type()
    people = make_contacts(6)
    _faults(mailbox, {"kind": "403", "provider": "mailgun"})
    _raise(*people[:3])
    work()
    assert _by_account() == {"resend": 3}
    assert Breaker.objects.get().state == "open"
    assert Alert.objects.get().kind == "breaker_open"
    _faults(mailbox)
    with clock.shifted(timedelta(seconds=40)):
        _raise(*people[3:])
        work()
        _raise(*make_contacts(4, domain="later.example"))
        work()
    assert _by_account()["mailgun"] >= 4
    assert Breaker.objects.get().state == "closed"
    assert Alert.objects.get().cleared_at is not None


def test_a_failed_probe_doubles_the_wait(pair: list[Provider], ada: Contact, mailbox: Process, work: Work) -> None:
    parcel_type()
    _faults(mailbox, {"kind": "403", "provider": "mailgun"})
    breakers.open_breaker(pair[0], "transactional", reason="failures", at=clock.now())
    with clock.shifted(timedelta(seconds=31)):
        _raise(ada)
        work()
        breaker = Breaker.objects.get()
        assert (breaker.state, breaker.openings) == ("open", 2)
        assert breaker.open_until is not None
        assert breaker.open_until > clock.now() + timedelta(seconds=50)
    assert _by_account() == {"resend": 1}


def test_one_worker_only_gets_the_probe(pair: list[Provider]) -> None:
    at = clock.now()
    breakers.open_breaker(pair[0], "marketing", reason="failures", at=at - timedelta(seconds=31))
    assert breakers.claim_probe(pair[0], "marketing", at=at)
    assert not breakers.claim_probe(pair[0], "marketing", at=at)


def test_an_open_breaker_never_ends_a_mail(providers: dict[str, Provider], ada: Contact, work: Work) -> None:
    parcel_type()
    mailgun = only(providers, "mailgun")
    breakers.open_breaker(mailgun, "transactional", reason="failures", at=clock.now())
    _raise(ada)
    work()
    assert Outbox.objects.get().state == "queued"
    with clock.shifted(timedelta(seconds=31)):
        work()
    assert _by_account() == {"mailgun": 1}


def test_refused_credentials_are_not_tried_again_until_mended(
    providers: dict[str, Provider], ada: Contact, mailbox: Process, work: Work
) -> None:
    parcel_type()
    mailgun = only(providers, "mailgun")
    _faults(mailbox, {"kind": "401", "count": 1})
    _raise(ada)
    work()
    with clock.shifted(timedelta(hours=1)):
        work()
    assert Outbox.objects.get().state == "queued"
    breakers.mend(mailgun, at=clock.now())
    work()
    assert _by_account() == {"mailgun": 1}


def test_retry_after_leaves_the_account_alone_and_costs_the_mail_no_try(
    providers: dict[str, Provider], mailbox: Process, work: Work
) -> None:
    parcel_type()
    only(providers, "mailgun")
    first, second = make_contacts(2)
    _faults(mailbox, {"kind": "429", "retry_after": 60, "count": 1})
    _raise(first)
    work()
    _raise(second)
    work()
    assert Breaker.objects.get().reason == "throttled"
    assert sorted(Outbox.objects.values_list("state", "attempts")) == [("queued", 0), ("retrying", 0)]
    with clock.shifted(timedelta(seconds=80)):
        work()
        work()
    assert _by_account() == {"mailgun": 2}


def test_a_domain_that_blocks_an_account_gets_its_mail_by_another(
    pair: list[Provider], ada: Contact, work: Work
) -> None:
    parcel_type()
    until = clock.now() + timedelta(minutes=15)
    DomainPause.objects.create(provider=pair[0], recipient_domain="example.com", until=until)
    _raise(ada, *make_contacts(1, domain="elsewhere.example"))
    work()
    assert _by_account() == {"resend": 1, "mailgun": 1}


def test_a_domain_that_blocks_every_account_waits(providers: dict[str, Provider], ada: Contact, work: Work) -> None:
    parcel_type()
    until = clock.now() + timedelta(minutes=15)
    DomainPause.objects.create(provider=only(providers, "mailgun"), recipient_domain="example.com", until=until)
    _raise(ada)
    work()
    row = Outbox.objects.get()
    assert (row.state, row.due_at, Message.objects.get().reason) == ("deferred", until, "blocklisted")


def test_weight_shares_mail_among_equals(providers: dict[str, Provider]) -> None:
    places = [
        Place(member=PoolMember(provider=providers[kind], priority=1, weight=weight))
        for kind, weight in (("mailgun", 3), ("resend", 1))
    ]
    firsts = Counter(in_order(places)[0].provider.key for _ in range(2000))
    assert 1350 < firsts["mailgun"] < 1650


@pytest.mark.req("Q4")
def test_a_limit_lets_no_more_through_than_it_says(
    providers: dict[str, Provider], mailbox: Process, work: Work
) -> None:
    parcel_type()
    mailgun = only(providers, "mailgun")
    Provider.objects.filter(pk=mailgun.pk).update(mails_per_second=2)
    _raise(*make_contacts(10))
    work()
    assert 1 <= len(mailbox.accepts()) <= 4
    assert Outbox.objects.filter(state="queued").count() == 10 - len(mailbox.accepts())


@pytest.mark.req("Q4")
def test_calls_at_once_are_counted_over_all_workers(providers: dict[str, Provider]) -> None:
    mailgun = providers["mailgun"]
    mailgun.calls_at_once = 2
    mailgun.pk = 10_000_000 + mailgun.pk  # a key in Redis that no other test has
    assert [limits.start_call(mailgun, name) for name in "abc"] == [True, True, False]
    limits.end_call(mailgun, "a")
    assert limits.start_call(mailgun, "c")


def test_without_redis_each_worker_keeps_its_share(providers: dict[str, Provider], settings: Any) -> None:
    from config.queues import reset_bell

    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    reset_bell()
    mailgun = providers["mailgun"]
    mailgun.mails_per_second = 5
    assert limits.take(mailgun, 100, mails_a_call=1) <= 5
    reset_bell()


@pytest.mark.req("Q7")
def test_mail_of_one_order_key_leaves_one_after_the_other(
    providers: dict[str, Provider], ada: Contact, mailbox: Process, work: Work
) -> None:
    parcel_type(ordered_by="number")
    only(providers, "mailgun")
    _faults(mailbox, {"kind": "503", "count": 1})
    _raise(ada)
    work()
    _raise(ada)
    work()
    assert sorted(Outbox.objects.values_list("state", flat=True)) == ["queued", "retrying"]
    with clock.shifted(timedelta(minutes=2)):
        work()
    first, second = Message.objects.order_by("id")
    assert first.sent_at is not None
    assert second.sent_at is not None
    assert first.sent_at < second.sent_at


@pytest.mark.req("V8")
def test_mails_of_one_order_are_one_conversation(
    providers: dict[str, Provider], ada: Contact, mailbox: Process, work: Work
) -> None:
    parcel_type(ordered_by="number")
    only(providers, "mailgun")
    _raise(ada)
    _raise(ada)
    work()
    first, second = (dict(mail["headers"]) for mail in mailbox.mails())
    assert first["References"] == second["References"]
