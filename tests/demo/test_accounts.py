from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.test import Client

from demo import accounts
from tracking.models import Event

pytestmark = pytest.mark.django_db

PASSWORD = "long-enough-9"


@pytest.fixture
def customer() -> User:
    return User.objects.create_user("ada@example.com", "ada@example.com", "the-old-one-7")


def test_signing_up_raises_an_event(visitor: Client) -> None:
    form = {"name": "Ada Lovelace", "email": "Ada@Example.com", "password": PASSWORD}
    assert visitor.post("/shop/sign-up/", form).status_code == 302
    event = Event.objects.get()
    assert (event.name, event.contact.name) == ("customer.signed_up", "Ada Lovelace")  # type: ignore[union-attr]


def test_an_address_signs_up_once(visitor: Client, customer: User) -> None:
    page = visitor.post("/shop/sign-up/", {"name": "Eve", "email": "ADA@example.com", "password": PASSWORD})
    assert b"has an account already" in page.content


def test_a_reset_request_keeps_its_link_secret(visitor: Client, customer: User) -> None:
    visitor.post("/shop/forgot/", {"email": "ada@example.com"})
    event = Event.objects.get()
    assert event.payload == {"reset_url": "**********", "minutes": 60}
    assert b"/shop/reset/" not in bytes(event.secrets or b"")


def test_an_unknown_address_gets_the_same_answer(visitor: Client, customer: User) -> None:
    known = visitor.post("/shop/forgot/", {"email": "ada@example.com"}).content
    unknown = visitor.post("/shop/forgot/", {"email": "eve@example.com"}).content
    assert known.replace(b"ada", b"eve") == unknown


def test_a_link_sets_a_password_once(visitor: Client, customer: User) -> None:
    address = f"/shop/reset/{accounts.make_token(customer)}/"
    assert b"Done." in visitor.post(address, {"password": PASSWORD}).content
    assert visitor.post(address, {"password": "another-one-8"}).status_code == 410
    customer.refresh_from_db()
    assert customer.check_password(PASSWORD)


def test_a_weak_password_is_not_taken(visitor: Client, customer: User) -> None:
    page = visitor.post(f"/shop/reset/{accounts.make_token(customer)}/", {"password": "12345678"})
    assert b"too common" in page.content


def test_an_old_link_is_refused(visitor: Client, customer: User) -> None:
    token = accounts.make_token(customer)
    with mock.patch.object(accounts, "RESET_LIFE", timedelta(seconds=-1)):
        assert visitor.get(f"/shop/reset/{token}/").status_code == 410


@pytest.mark.parametrize("token", ["", "x", "WzEsICJ4Il0:1:2"])
def test_a_made_up_link_is_refused(token: str) -> None:
    assert accounts.read_token(token) is None


def test_signing_in_works(visitor: Client, customer: User) -> None:
    form = {"username": "ada@example.com", "password": "the-old-one-7"}
    assert visitor.post("/shop/sign-in/", form).headers["Location"] == "/shop/"
