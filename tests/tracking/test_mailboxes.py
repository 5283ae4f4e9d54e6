"""Do bounces and complaints stop mail to a mailbox, each as far as it should, in whatever order they come?"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from config.ids import new_id
from preferences.choices import choose
from preferences.models import Choice, Contact, Suppression, Topic
from preferences.suppression import lift_suppression, suppress
from tracking.bounces import is_hard
from tracking.mailboxes import count_soft_bounces
from tracking.models import Message, MessageEvent
from tracking.receipts import Report, accept_reports, process_batch

pytestmark = [pytest.mark.django_db, pytest.mark.req("K3")]

Kind = MessageEvent.Kind
NOW = timezone.now()


def send(contact: Contact, *, topic_key: str = "") -> Message:
    return Message.objects.create(
        contact=contact, source=f"test:{new_id()}", stream="marketing", state="sent", topic_key=topic_key
    )


def soft(contact: Contact, *days_ago: float, message: Message | None = None) -> list[Report]:
    return [tell(message or send(contact), Kind.SOFT_BOUNCED, at=NOW - timedelta(days=days)) for days in days_ago]


def tell(message: Message, kind: Kind, *, at: datetime = NOW) -> Report:
    return Report(
        provider="mailgun", kind=kind, occurred_at=at, event_key=f"{message.pk}{kind}{at}", message_id=message.pk
    )


def take(*batches: Sequence[Report]) -> None:
    for batch in batches:
        accept_reports(batch)
        process_batch()


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_three_soft_bounces_in_a_week_suppress(ada: Contact, order: tuple[int, ...]) -> None:
    reports = soft(ada, 6.5, 3, 0)
    take(*[[reports[place]] for place in order])
    found = Suppression.objects.get()
    assert (found.reason, found.scope) == ("soft_bounces", "all")
    assert "3 mails" in found.detail


def test_three_in_one_batch_count_as_well(ada: Contact) -> None:
    take(soft(ada, 2, 1, 0))
    assert Suppression.objects.get().reason == "soft_bounces"


@pytest.mark.parametrize("days_ago", [(1, 0), (7.5, 3, 0), (30, 20, 10, 0)])
def test_fewer_or_rarer_ones_do_not(ada: Contact, days_ago: tuple[float, ...]) -> None:
    take(soft(ada, *days_ago))
    assert not Suppression.objects.exists()


def test_the_tries_of_one_mail_count_once(ada: Contact) -> None:
    take(soft(ada, 2, 1, 0, message=send(ada)))
    assert not Suppression.objects.exists()


def test_other_peoples_bounces_do_not_count(ada: Contact, ben: Contact) -> None:
    take([*soft(ada, 2, 1), *soft(ben, 0)])
    assert not Suppression.objects.exists()


def test_after_a_lift_the_count_begins_anew(ada: Contact) -> None:
    take(soft(ada, 3, 2, 1))
    lift_suppression(Suppression.objects.get(), at=NOW - timedelta(hours=1))
    take(soft(ada, 0))
    assert not Suppression.objects.filter(lifted_at=None).exists()


@pytest.mark.parametrize("kinds", [(Kind.BOUNCED, Kind.COMPLAINED), (Kind.COMPLAINED, Kind.BOUNCED)])
@pytest.mark.parametrize("is_one_batch", [True, False])
def test_a_bounce_and_a_complaint_both_stand(ada: Contact, kinds: tuple[Kind, ...], is_one_batch: bool) -> None:
    reports = [tell(send(ada), kind) for kind in kinds]
    take(*([reports] if is_one_batch else [[one] for one in reports]))
    assert set(Suppression.objects.values_list("reason", "scope")) == {
        ("hard_bounce", "all"), ("complaint", "marketing"),
    }  # fmt: skip


def test_what_was_erased_is_not_suppressed_again(ada: Contact) -> None:
    reports = soft(ada, 2, 1, 0)
    Contact.objects.update(erased_at=NOW)
    take(reports)
    assert not Suppression.objects.exists()


def test_the_count_is_shown(ada: Contact) -> None:
    take(soft(ada, 9, 1))
    assert count_soft_bounces(ada.pk) == "1 in the last 7 days; 3 end all mail"


def test_a_lift_of_another_scope_keeps_the_count(ada: Contact) -> None:
    suppress(ada, reason=Suppression.Reason.COMPLAINT, scope=Suppression.Scope.MARKETING)
    lift_suppression(Suppression.objects.get(), at=NOW)
    take(soft(ada, 2, 1, 0.5))
    assert Suppression.objects.filter(lifted_at=None).get().reason == "soft_bounces"


def test_who_left_by_a_providers_link_left_here_too(ada: Contact) -> None:
    Topic.objects.create(key="offers", name="Offers")
    mail = send(ada, topic_key="offers")
    take([tell(mail, Kind.UNSUBSCRIBED)], [tell(mail, Kind.UNSUBSCRIBED)])
    choice = Choice.objects.get()
    assert (choice.topic and choice.topic.key, choice.frequency, choice.source) == (
        "offers", "never", "unsubscribed at mailgun",
    )  # fmt: skip
    assert MessageEvent.objects.filter(kind="unsubscribed").count() == 1
    mail.refresh_from_db()
    assert mail.unsubscribed_at is not None


def test_a_late_report_takes_no_later_wish_back(ada: Contact) -> None:
    choose(ada, Choice.Frequency.IMMEDIATE)
    take([tell(send(ada), Kind.UNSUBSCRIBED, at=NOW - timedelta(hours=48))])
    assert Choice.objects.get().frequency == "immediate"


@pytest.mark.parametrize(
    ("answer", "is_gone"),
    [
        ("550 5.1.1 no such user", True),
        ("550 5.1.10 recipient not found", True),
        ("550-5.1.2 bad destination system", True),
        ("452 4.2.2 mailbox full", False),
        ("421 4.7.0 try later", False),
        ("552 5.2.2 mailbox full", False),
        ("550 5.7.1 message refused by policy", False),
        ("550 5.7.515 access denied", False),
        ("554 5.6.0 content refused", False),
        ("smtp;550 5.1.1 unknown", True),
    ],
)
@pytest.mark.parametrize("provider_says_hard", [True, False])
def test_the_enhanced_status_decides(answer: str, is_gone: bool, provider_says_hard: bool) -> None:
    assert is_hard(answer, provider_says_hard=provider_says_hard) == is_gone
