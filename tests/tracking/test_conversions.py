"""Is an event with a value put down to the right mail, whatever comes late?"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from config import clock
from preferences.erasing import erase_stored
from preferences.erasure import erase_contact
from preferences.models import Contact
from preferences.portability import collect_personal_data
from tests.results import NOON, buy, declare_purchases, make_mail, minutes, take_in, tell
from tracking.conversions import SECOND_LOOK, attribute_due
from tracking.models import Conversion, Event, FigureMark, Message, MessageEvent, WebhookReceipt
from tracking.schemas import forget_schema
from tracking.signals import event

pytestmark = [pytest.mark.django_db, pytest.mark.req("K6")]

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _purchases() -> Iterator[None]:
    declare_purchases()
    yield
    for name in ("shop.bought", "shop.returned"):
        forget_schema(name)


def decided(event_id: Any = None) -> Conversion:
    attribute_due()
    return Conversion.objects.get(event_id=event_id) if event_id else Conversion.objects.get()


def test_an_accepted_event_is_a_conversion_at_once(ada: Contact) -> None:
    payload = {"total": "19.90", "number": "17"}
    for _ in range(2):
        event.send(sender=None, name="shop.bought", contact=ada, payload=payload, key="order-17")
    row = Conversion.objects.get()
    assert (row.amount, row.currency, row.reference, row.message_id) == (1990, "EUR", "17", None)
    assert row.event_id == Event.objects.get().pk


def test_the_last_click_wins(ada: Contact) -> None:
    first, second = make_mail(ada), make_mail(ada, source="campaign:2")
    take_in(tell(second, "clicked", NOON + minutes(1)), tell(first, "clicked", NOON + minutes(5)),
            tell(first, "clicked", NOON + minutes(2)))  # fmt: skip
    buy(ada, "5", at=NOON + minutes(9))
    row = decided()
    assert (row.message_id, row.source, row.type_key, row.topic_key) == (first.pk, "campaign:1", "offers", "offers")
    assert (row.attributed_by, row.touched_at) == ("click", NOON + minutes(5))


def test_a_click_wins_over_a_later_open(ada: Contact) -> None:
    clicked, opened = make_mail(ada), make_mail(ada, source="campaign:2")
    take_in(tell(clicked, "clicked", NOON), tell(opened, "opened", NOON + minutes(5)))
    buy(ada, "5", at=NOON + minutes(9))
    assert decided().message_id == clicked.pk


def test_without_a_click_the_last_open_wins(ada: Contact) -> None:
    mail = make_mail(ada)
    take_in(tell(mail, "opened", NOON))
    buy(ada, "5", at=NOON + timedelta(hours=23))
    row = decided()
    assert (row.message_id, row.attributed_by) == (mail.pk, "open")


@pytest.mark.parametrize(
    ("kind", "later", "machine"),
    [("clicked", 7 * DAY + minutes(1), ""), ("opened", DAY + minutes(1), ""), ("clicked", -minutes(1), ""),
     ("clicked", minutes(1), "known_agent"), ("opened", minutes(1), "privacy_proxy")],
)  # fmt: skip
def test_nothing_outside_the_window_and_no_machine_claims_it(
    ada: Contact, kind: str, later: timedelta, machine: str
) -> None:
    take_in(tell(make_mail(ada), kind, NOON, machine=machine))
    buy(ada, "5", at=NOON + later)
    row = decided()
    assert (row.message_id, row.attributed_by, row.due_at) == (None, "", None)


def test_nobody_elses_click_claims_it(ada: Contact, ben: Contact) -> None:
    take_in(tell(make_mail(ben), "clicked", NOON))
    buy(ada, "5", at=NOON + minutes(1))
    assert decided().message_id is None


def test_a_click_that_comes_to_light_late_changes_the_answer(ada: Contact) -> None:
    first, second = make_mail(ada), make_mail(ada, source="campaign:2")
    take_in(tell(first, "clicked", NOON))
    buy(ada, "5", at=NOON + minutes(9))
    assert decided().message_id == first.pk
    FigureMark.objects.all().delete()
    take_in(tell(second, "clicked", NOON + minutes(3)))
    assert decided().message_id == second.pk
    assert FigureMark.objects.count() >= 2  # the one that lost it and the one that won it


def test_a_late_click_elsewhere_asks_nothing_again(ada: Contact, ben: Contact) -> None:
    buy(ada, "5", at=NOON)
    decided()
    take_in(tell(make_mail(ada), "clicked", NOON + minutes(1)), tell(make_mail(ben), "clicked", NOON - minutes(1)),
            tell(make_mail(ada), "clicked", NOON - 30 * DAY))  # fmt: skip
    assert not Conversion.objects.filter(due_at__isnull=False).exists()


def test_a_young_conversion_is_looked_at_twice(ada: Contact) -> None:
    mail = make_mail(ada)
    event.send(sender=None, name="shop.bought", contact=ada, payload={"total": "5"})
    assert decided().due_at is not None
    report = tell(mail, "clicked", clock.now() - minutes(1))
    take_in(report)
    Conversion.objects.update(due_at=Conversion.objects.get().occurred_at + SECOND_LOOK)  # as if it had not been seen
    with clock.shifted(SECOND_LOOK):
        row = decided()
    assert (row.message_id, row.due_at) == (mail.pk, None)


def test_a_refund_follows_its_purchase(ada: Contact) -> None:
    first, second = make_mail(ada), make_mail(ada, source="campaign:2")
    take_in(tell(first, "clicked", NOON), tell(second, "clicked", NOON + DAY))
    buy(ada, "20", at=NOON + minutes(1), number="17")
    back = buy(ada, "5", at=NOON + DAY + minutes(1), name="shop.returned", number="17")
    row = decided(back)
    assert (row.message_id, row.attributed_by, row.amount) == (first.pk, "refund", -500)


def test_a_refund_that_came_first_waits_for_its_purchase(ada: Contact) -> None:
    mail = make_mail(ada)
    back = buy(ada, "5", at=NOON + DAY, name="shop.returned", number="17")
    assert decided(back).message_id is None
    take_in(tell(mail, "clicked", NOON))
    buy(ada, "20", at=NOON + minutes(1), number="17")
    assert decided(back).message_id == mail.pk


def test_a_refund_without_a_number_goes_by_the_last_click(ada: Contact) -> None:
    mail = make_mail(ada)
    take_in(tell(mail, "clicked", NOON))
    back = buy(ada, "5", at=NOON + minutes(1), name="shop.returned")
    assert decided(back).attributed_by == "click"


def _steps(ada: Contact, ben: Contact) -> list[Callable[[], Any]]:
    mails = [make_mail(one, source=f"campaign:{number}") for number in range(3) for one in (ada, ben)]
    told = [
        tell(mail, kind, NOON + minutes(7 * number), key=f"{number}", machine="known_agent" if number % 5 == 4 else "")
        for number, (mail, kind) in enumerate((mail, kind) for mail in mails for kind in ("opened", "clicked"))
    ]
    reports: list[Callable[[], Any]] = [lambda report=report: take_in(report) for report in [*told, *told[::3]]]  # type: ignore[misc]
    bought: list[Callable[[], Any]] = [
        lambda at=at, one=one: buy(one, str(at), at=NOON + minutes(at), number=str(at))  # type: ignore[misc]
        for at in (3, 20, 41, 90) for one in (ada, ben)
    ]  # fmt: skip
    returned: list[Callable[[], Any]] = [
        lambda one=one: buy(one, "1", at=NOON + DAY, name="shop.returned", number="41")  # type: ignore[misc]
        for one in (ada, ben)
    ]  # fmt: skip
    return [*reports, *bought, *returned]


def _outcome() -> list[tuple[Any, ...]]:
    columns = ("contact__email", "occurred_at", "amount", "source", "attributed_by", "touched_at", "due_at")
    return sorted(map(repr, Conversion.objects.values_list(*columns)))  # type: ignore[arg-type]


@pytest.mark.parametrize("luck", range(6))
def test_the_order_of_arrival_does_not_matter(ada: Contact, ben: Contact, luck: int) -> None:
    def play(steps: list[Callable[[], Any]], *, every: int) -> list[tuple[Any, ...]]:
        for number, step in enumerate(steps):
            step()
            if number % every == 0:
                attribute_due()
        attribute_due()
        return _outcome()

    straight = play(_steps(ada, ben), every=1000)
    for model in (Conversion, MessageEvent, WebhookReceipt, Event, Message):
        model._default_manager.all().delete()
    steps = _steps(ada, ben)
    random.Random(luck).shuffle(steps)
    assert play(steps, every=2 + luck) == straight
    assert any("campaign" in str(row) for row in straight)


def test_of_the_erased_the_amount_stays_without_its_number(ada: Contact) -> None:
    buy(ada, "5", at=NOON, number="order-17-of-ada")
    assert collect_personal_data(ada)["conversions"][0]["reference"] == "order-17-of-ada"
    erase_contact(ada, source="test")
    erase_stored(ada.pk)
    row = Conversion.objects.get()
    assert (row.amount, row.reference) == (500, "")
