"""Is who leaves a cart reminded 45 minutes later, and nobody who bought meanwhile?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from config import clock
from demo import accounts
from notifications.compose.sync import sync_templates
from tests.demo.test_shop import put_mug_in_cart
from tests.simulator.process import Process
from tracking.models import Event, Message

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("providers"),
    pytest.mark.req("Q3"),
]


@pytest.fixture
def cleo(client: Client, work: Callable[[], None]) -> User:
    """Somebody with an account, signed in, who put a mug into her cart."""
    sync_templates()
    user = accounts.sign_up(email="cleo@example.com", password="long-enough-9", name="Cleo")
    client.force_login(user)
    put_mug_in_cart(client)
    work()
    return user


def _reminders(mailbox: Process) -> list[str]:
    return [mail["text"] for mail in mailbox.mails() if "cart" in mail["subject"].lower()]


def _buy(client: Client) -> None:
    assert client.post("/shop/checkout/", {"email": "cleo@example.com", "name": "Cleo"}).status_code == 302


def _trace() -> str:
    out = StringIO()
    call_command("trace", str(Event.objects.get(name="cart.abandoned").pk), stdout=out)
    return out.getvalue()


def test_she_is_reminded_after_45_minutes_and_not_before(
    cleo: User, mailbox: Process, work: Callable[[], None]
) -> None:
    with clock.shifted(timedelta(minutes=44)):
        work()
    assert _reminders(mailbox) == []
    with clock.shifted(timedelta(minutes=46)):
        work()
    [text] = _reminders(mailbox)
    assert "Enamel mug" in text


def test_in_the_demo_the_time_passes_at_a_press(
    cleo: User, client: Client, mailbox: Process, work: Callable[[], None]
) -> None:
    page = client.get("/shop/cart/").content.decode()
    assert "its reminder waits 45 minutes" in page
    client.post("/shop/cart/wait")
    work()
    assert len(_reminders(mailbox)) == 1
    assert "accepted by" in client.get("/shop/cart/").content.decode()


def test_an_order_meanwhile_withdraws_it(
    cleo: User, client: Client, mailbox: Process, work: Callable[[], None]
) -> None:
    _buy(client)
    work()
    client.post("/shop/cart/wait")
    with clock.shifted(timedelta(hours=2)):
        work()
    assert _reminders(mailbox) == []
    message = Message.objects.get(type_key="abandoned-cart")
    assert (message.state, message.reason) == ("cancelled", "event:order.placed")
    assert "the event order.placed made it pointless" in _trace()


def test_the_console_says_why(cleo: User, client: Client, admin_client: Client, work: Callable[[], None]) -> None:
    _buy(client)
    work()
    caused = Event.objects.get(name="cart.abandoned")
    page = admin_client.get(f"/events/{caused.pk}/why/").content.decode()
    assert "withdrawn before it was sent: the event order.placed made it pointless" in page


def test_nobody_hurries_the_mail_of_others(
    cleo: User, visitor: Client, mailbox: Process, work: Callable[[], None]
) -> None:
    visitor.post("/shop/cart/wait")
    visitor.force_login(accounts.sign_up(email="ben@example.com", password="long-enough-9", name="Ben"))
    visitor.post("/shop/cart/wait")
    work()
    assert _reminders(mailbox) == []


def test_in_production_time_passes_by_itself(cleo: User, client: Client, settings: Any) -> None:
    settings.POSTRIDER_ENV = "production"
    assert client.post("/shop/cart/wait").status_code == 404
    assert "minutes pass" not in client.get("/shop/cart/").content.decode()
