"""Is a batch that is made again with its key the same byte for byte, so that the provider knows it?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config import clock
from notifications.delivery import limits
from notifications.delivery.flights import Flights
from notifications.delivery.models import Attempt, Call, Outbox, Provider
from notifications.delivery.unknowns import reconsider_unknown
from tests.accounts import only
from tests.people import make_contacts
from tests.simulator.process import Process
from tests.types import parcel_type
from tracking.models import Message
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types"),
    pytest.mark.req("V7"),
]


@pytest.mark.parametrize("kind", ["resend", "sparkpost", "brevo"])
def test_a_lost_answer_to_a_batch_is_asked_for_with_the_same_bytes(
    kind: str, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    parcel_type(stream="marketing")
    only(providers, kind)
    mailbox.control("PUT", "faults", [{"kind": "reset_after_accept", "count": 1}])
    for contact in make_contacts(3):
        event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": "17"})
    work()
    with clock.shifted(timedelta(minutes=1)):
        work()
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert len(mailbox.accepts()) == 3


@pytest.fixture
def account(providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]) -> Provider:
    """One that took a call of three and whose answer was lost."""
    parcel_type(stream="marketing")
    account = only(providers, "resend")
    mailbox.control("PUT", "faults", [{"kind": "reset_after_accept", "count": 1}])
    for contact in make_contacts(3):
        event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": "17"})
    work()
    assert Call.objects.get().size == 3
    return account


def _look_again(*, after: timedelta) -> None:
    with clock.shifted(after), Flights() as flights:
        reconsider_unknown("marketing", flights)


@pytest.mark.parametrize("change", [{"is_enabled": False}, {"refused_at": clock.now}], ids=["off", "refused"])
def test_an_account_that_is_not_in_use_is_not_asked_until_it_is(change: dict[str, Any], account: Provider) -> None:
    given = {name: value() if callable(value) else value for name, value in change.items()}
    Provider.objects.filter(pk=account.pk).update(**given)
    _look_again(after=timedelta(minutes=1))
    assert Attempt.objects.count() == 1
    assert set(Outbox.objects.values_list("state", flat=True)) == {"unknown"}
    Provider.objects.filter(pk=account.pk).update(is_enabled=True, refused_at=None)
    _look_again(after=timedelta(hours=1))
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_it_takes_tokens_of_the_rate_limit(account: Provider) -> None:
    Provider.objects.filter(pk=account.pk).update(mails_per_second=2)  # of which a new bucket holds one
    _look_again(after=timedelta(minutes=1))
    assert Attempt.objects.count() == 1
    assert set(Outbox.objects.values_list("state", flat=True)) == {"unknown"}


def test_it_takes_a_place_among_the_calls_at_once_and_frees_it(account: Provider) -> None:
    Provider.objects.filter(pk=account.pk).update(calls_at_once=1)
    account.refresh_from_db()
    assert limits.start_call(account, "another call")
    _look_again(after=timedelta(minutes=1))
    assert Attempt.objects.count() == 1
    assert set(Outbox.objects.values_list("state", flat=True)) == {"unknown"}
    limits.end_call(account, "another call")
    _look_again(after=timedelta(minutes=1))
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert limits.start_call(account, "the next one")


def test_without_a_token_it_keeps_no_place(account: Provider) -> None:
    Provider.objects.filter(pk=account.pk).update(mails_per_second=2, calls_at_once=1)
    account.refresh_from_db()
    _look_again(after=timedelta(minutes=1))
    assert Attempt.objects.count() == 1
    assert limits.start_call(account, "another call")
