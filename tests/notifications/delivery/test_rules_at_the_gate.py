"""Is everything asked again at the last moment, and is each refusal in the log with its reason?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from config import clock
from notifications.delivery import outbox, sweeper
from notifications.delivery.checks import check_lease
from notifications.delivery.flights import Flights
from notifications.delivery.holds import resume, set_hold
from notifications.delivery.models import Hold, Outbox, Provider
from notifications.delivery.pipeline import deliver_batch
from notifications.routing.router import route_waiting
from preferences.choices import pause_until, unsubscribe
from preferences.models import Contact, Suppression, Topic
from preferences.suppression import suppress
from tests.accounts import only
from tests.simulator.process import Process
from tests.types import parcel_type
from tracking.models import Message
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types", "providers"),
    pytest.mark.req("D1"),
]

Work = Callable[[], None]


def _raise(contact: Contact) -> None:
    event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": "17"})


def _waiting(contact: Contact, **attributes: Any) -> None:
    """A routed mail that no worker has taken yet."""
    kind = parcel_type(**attributes)
    _raise(contact)
    assert route_waiting(kind.stream) == 1


def _claim() -> list[outbox.Claimed]:
    return outbox.claim("transactional", limit=10, at=clock.now(), owner="w")


def _outcome() -> tuple[str, str]:
    message = Message.objects.get()
    return message.state, message.reason


def test_an_unsubscribe_after_routing_counts(ada: Contact, work: Work) -> None:
    topic = Topic.objects.create(key="parcels", name="Parcels")
    _waiting(ada, stream="marketing")
    unsubscribe(ada, topic=topic, source="test")
    work()
    assert _outcome() == ("skipped", "topic_off")


def test_a_suppression_after_routing_counts(ada: Contact, work: Work) -> None:
    _waiting(ada)
    suppress(ada, reason=Suppression.Reason.MANUAL, scope=Suppression.Scope.ALL)
    work()
    assert _outcome() == ("skipped", "suppressed_manual")


def test_a_complaint_spares_what_was_asked_for(ada: Contact, work: Work) -> None:
    suppress(ada, reason=Suppression.Reason.COMPLAINT, scope=Suppression.Scope.MARKETING)
    _waiting(ada)
    work()
    assert _outcome() == ("sent", "")


def test_a_pause_holds_news_only(ada: Contact, work: Work) -> None:
    _waiting(ada, stream="notification")
    pause_until(ada, timezone.now() + timedelta(days=3))
    work()
    assert _outcome() == ("skipped", "paused")


def test_an_erased_contact_gets_nothing(ada: Contact, work: Work) -> None:
    _waiting(ada)
    Contact.objects.update(address=None, email="", erased_at=timezone.now())
    work()
    assert Message.objects.get().state == "skipped"


def test_a_required_type_cannot_be_turned_off(ada: Contact, work: Work) -> None:
    topic = Topic.objects.create(key="parcels", name="Parcels")
    unsubscribe(ada, topic=topic, source="test")
    _waiting(ada, stream="notification", is_required=True, legal_basis="The law says so.")
    work()
    assert _outcome() == ("sent", "")


def test_what_is_too_late_expires(ada: Contact, work: Work) -> None:
    _waiting(ada, expires_after=timedelta(minutes=10))
    with clock.shifted(timedelta(minutes=11)):
        work()
    assert _outcome() == ("expired", "expired")


def test_the_sweeper_expires_what_no_worker_takes(ada: Contact) -> None:
    _waiting(ada, expires_after=timedelta(minutes=10))
    with clock.shifted(timedelta(minutes=11)):
        assert sweeper.expire_late() == 1
    assert _outcome() == ("expired", "expired")
    assert not Outbox.objects.exists()


def test_a_delayed_mail_waits(ada: Contact, work: Work, mailbox: Process) -> None:
    _waiting(ada, delay=timedelta(minutes=45))
    work()
    assert _outcome() == ("queued", "")
    with clock.shifted(timedelta(minutes=46)):
        work()
    assert _outcome() == ("sent", "")


def test_a_later_event_withdraws_a_waiting_mail(ada: Contact, work: Work, mailbox: Process) -> None:
    parcel_type("reminder", event="cart.left", delay=timedelta(minutes=45), cancelled_by=("parcel.sent",))
    parcel_type()
    event.send(sender=None, name="cart.left", contact=ada, payload={"number": "1"})
    work()
    _raise(ada)
    work()
    with clock.shifted(timedelta(minutes=46)):
        work()
    found = dict(Message.objects.values_list("type_key", "state"))
    assert found == {"reminder": "cancelled", "parcel": "sent"}
    assert Message.objects.get(type_key="reminder").reason == "event:parcel.sent"


def test_cancelling_what_a_worker_has_claimed(ada: Contact, work: Work, mailbox: Process) -> None:
    _waiting(ada)
    [row] = outbox.claim("transactional", limit=1, at=clock.now(), owner="w")
    assert outbox.cancel([row.message_id], at=clock.now(), reason="test") == 1
    outbox.give_back([row], due_at=clock.now())
    work()
    assert _outcome() == ("cancelled", "cancelled")
    assert mailbox.accepts() == []


def test_a_held_source_waits_and_goes_on(ada: Contact, work: Work) -> None:
    _waiting(ada)
    source = Message.objects.get().source
    set_hold(source, Hold.State.PAUSED)
    work()
    assert _outcome() == ("deferred", "held")
    assert resume(source, at=clock.now()) == 1
    work()
    assert _outcome() == ("sent", "")


def test_a_cancelled_source_ends(ada: Contact, work: Work) -> None:
    _waiting(ada)
    set_hold(Message.objects.get().source, Hold.State.CANCELLED)
    work()
    assert _outcome() == ("cancelled", "source_cancelled")


def test_three_crashes_are_poison_and_the_rest_goes_on(ada: Contact, ben: Contact, work: Work) -> None:
    parcel_type()
    _raise(ada)
    _raise(ben)
    route_waiting("transactional")
    for crash in range(3):
        with clock.shifted(timedelta(minutes=3 * crash)):
            suspects = outbox.claim_suspects("transactional", limit=10, at=clock.now(), owner="w")
            rows = [*_claim(), *suspects]  # the suspect is taken apart from the others
            others = [row for row in rows if row.contact_id != ada.pk]
            outbox.give_back(others, due_at=clock.now())
        with clock.shifted(timedelta(minutes=3 * crash + 2)):
            sweeper.recover_expired()
    with clock.shifted(timedelta(minutes=10)):
        work()
    found = dict(Message.objects.values_list("contact__address", "state"))
    assert found == {"ada@example.com": "dead", "ben@example.com": "sent"}
    assert Message.objects.get(state="dead").reason == "poison"


def test_a_real_provider_is_out_of_reach_outside_production(
    ada: Contact, providers: dict[str, Provider], work: Work, mailbox: Process, settings: Any
) -> None:
    provider = only(providers, "mailgun")
    Provider.objects.filter(pk=provider.pk).update(is_simulated=False)
    _waiting(ada)
    work()
    assert _outcome() == ("skipped", "sandbox")
    assert mailbox.accepts() == []


def test_a_simulated_account_never_leaves_the_machine(
    ada: Contact, providers: dict[str, Provider], work: Work, mailbox: Process
) -> None:
    provider = only(providers, "mailgun")
    Provider.objects.filter(pk=provider.pk).update(options={"api_url": "https://api.mailgun.example/v3"})
    _waiting(ada)
    work()
    assert len(mailbox.accepts()) == 1


def test_a_template_that_was_never_published_is_said(ada: Contact, work: Work) -> None:
    parcel_type(template="nowhere")
    _raise(ada)
    work()
    assert _outcome() == ("failed", "unknown_template")


def test_a_later_event_does_not_withdraw_its_own_mail(ada: Contact, work: Work) -> None:
    parcel_type(cancelled_by=("parcel.sent",), delay=timedelta(minutes=5))
    _raise(ada)
    work()
    assert _outcome() == ("queued", "")


def test_a_lease_that_covers_no_call_makes_none(ada: Contact, work: Work, mailbox: Process, settings: Any) -> None:
    settings.POSTRIDER_LEASE_SECONDS = 10
    assert [fault.id for fault in check_lease()] == ["delivery.E005"]
    _waiting(ada)
    for _ in range(2):
        with Flights() as flights:
            assert deliver_batch("transactional", flights) == 1
    assert mailbox.accepts() == []
    settings.POSTRIDER_LEASE_SECONDS = 90
    work()
    assert _outcome() == ("sent", "")
