from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from config import clock
from demo import accounts
from demo.models import Product
from notifications.compose.sync import sync_templates
from notifications.routing.digest_flush import flush_due
from tests.demo.test_shop import check_out, make_order, publish, put_mug_in_cart
from tests.simulator.process import Process
from tracking.models import Message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("providers")]


@pytest.fixture(autouse=True)
def _templates(db: None) -> None:
    sync_templates()


@pytest.fixture
def customer() -> User:
    return accounts.sign_up(email="ada@example.com", password="long-enough-9", name="Ada Lovelace")


def test_an_order_is_confirmed(visitor: Client, mailbox: Process, work: Callable[[], None]) -> None:
    check_out(visitor)
    work()
    [mail] = mailbox.mails()
    assert mail["subject"].startswith("Your order P-1")
    assert "Thank you, Ada" in mail["text"]
    assert "14.00 EUR" in mail["text"]


def test_a_customer_is_welcomed(customer: User, mailbox: Process, work: Callable[[], None]) -> None:
    work()
    assert mailbox.mails()[0]["subject"] == "Welcome to Postrider, Ada"


def test_a_reset_link_arrives_untracked(
    visitor: Client, customer: User, mailbox: Process, work: Callable[[], None]
) -> None:
    accounts.request_reset("ada@example.com")
    work()
    mail = next(mail for mail in mailbox.mails() if "Reset" in mail["subject"])
    link = next(one["url"] for one in mail["links"] if "/shop/reset/" in one["url"])
    assert b"Choose a new password" in visitor.get(link.partition("8000")[2]).content
    assert "/o/" not in mail["html"]


def test_offers_arrive(admin_client: Client, mailbox: Process, work: Callable[[], None]) -> None:
    make_order()
    publish(admin_client)
    work()
    mail = next(mail for mail in mailbox.mails() if "This week" in mail["subject"])
    assert "72.00 EUR" in mail["text"]


def test_only_the_newest_cart_waits(client: Client, customer: User, work: Callable[[], None]) -> None:
    client.force_login(customer)
    for _ in range(2):
        put_mug_in_cart(client)
        work()
    assert sorted(Message.objects.filter(type_key="abandoned-cart").values_list("state", "reason")) == [
        ("cancelled", "event:cart.abandoned"),
        ("queued", ""),
    ]


def test_an_order_ends_the_reminder(client: Client, customer: User, work: Callable[[], None]) -> None:
    client.force_login(customer)
    put_mug_in_cart(client)
    work()
    check_out(client, customer.email)
    work()
    reminders = Message.objects.filter(type_key="abandoned-cart").values_list("state", flat=True)
    assert set(reminders) == {"cancelled"}


def test_prices_that_fall_together_come_together(
    customer: User, admin_client: Client, mailbox: Process, work: Callable[[], None]
) -> None:
    for slug in ("enamel-mug", "mountain-tea", "trail-lantern"):
        lower(admin_client, slug)
        work()
    subjects = [mail["subject"] for mail in mailbox.mails()]
    assert "Enamel mug costs 12.60 EUR now" in subjects
    with clock.shifted(timedelta(minutes=10)):
        flush_due()
        work()
    mail = next(mail for mail in mailbox.mails() if mail["subject"] == "2 things cost less now")
    assert "9.90 EUR" in mail["text"]


def test_a_price_is_lowered_once_a_press(admin_client: Client) -> None:
    assert [lower(admin_client, "enamel-mug", "14.00"), lower(admin_client, "enamel-mug", "14.00")] == [302, 302]
    assert str(Product.objects.get(slug="enamel-mug").price_now) == "12.60"


def lower(client: Client, slug: str, price: str = "") -> int:
    price = price or str(Product.objects.get(slug=slug).price_now)
    return client.post("/shop/prices/", {"product": slug, "price": price}).status_code
