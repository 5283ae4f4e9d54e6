from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from demo.models import Cart, CartItem, OfferEdition, Order, Product, buy, put_in_cart
from preferences.erasure import erase_contact
from preferences.models import Contact
from tracking.models import Event

pytestmark = pytest.mark.django_db

PAGES = ("", "cart/", "products/enamel-mug/", "sign-up/", "sign-in/", "forgot/")


def put_mug_in_cart(client: Client) -> None:
    client.post("/shop/products/enamel-mug/add")


def check_out(client: Client, email: str = "ada@example.com") -> Any:
    put_mug_in_cart(client)
    return client.post("/shop/checkout/", {"name": "Ada Lovelace", "email": email}, follow=True)


def make_order(**fields: Any) -> Order:
    cart = Cart.objects.create()
    put_in_cart(cart, Product.objects.get(slug="enamel-mug"))
    return buy(cart.lines(), **{"email": "ada@example.com", "name": "Ada Lovelace", "user": None, **fields})


@pytest.mark.parametrize("path", PAGES)
def test_a_page_shows(visitor: Client, path: str) -> None:
    assert visitor.get(f"/shop/{path}").status_code == 200


def test_every_product_has_a_picture(visitor: Client) -> None:
    assert visitor.get("/shop/").content.count(b"<svg viewBox") == Product.objects.count() + 1


def test_buying_raises_an_event(visitor: Client) -> None:
    page = check_out(visitor)
    event = Event.objects.get()
    assert (event.name, event.state, event.key) == ("order.placed", "accepted", f"order-{Order.objects.get().pk}")
    assert event.payload["items"] == [{"name": "Enamel mug", "quantity": 1, "price": "14.00"}]
    assert b"Thank you, Ada Lovelace" in page.content


def test_the_cart_is_empty_after_buying(visitor: Client) -> None:
    check_out(visitor)
    assert not CartItem.objects.exists()


def test_saving_an_order_again_is_no_event() -> None:
    make_order().save()
    assert Event.objects.count() == 1


def test_placing_an_order_again_is_the_same_event() -> None:
    make_order().place()
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_order_rolled_back_leaves_no_event() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        make_order()
        raise RuntimeError
    assert not Event.objects.exists()


def test_another_address_at_checkout_gets_the_mail() -> None:
    user = User.objects.create_user("ada@example.com", "ada@example.com")
    make_order(user=user, email="gift@example.com")
    assert Event.objects.get().contact.address == "gift@example.com"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "email", ["", "ada", "a b@example.com", f"{'a' * 65}@example.com", "ada@example.com\nBcc: x@y"]
)
def test_a_bad_address_is_shown_at_the_field(visitor: Client, email: str) -> None:
    page = check_out(visitor, email)
    assert page.status_code == 200
    assert b'aria-invalid="true"' in page.content
    assert not Order.objects.exists()


def test_a_name_with_a_line_break_is_refused(visitor: Client) -> None:
    put_mug_in_cart(visitor)
    visitor.post("/shop/checkout/", {"name": "Ada\0", "email": "ada@example.com"})
    assert not Order.objects.exists()


def test_an_order_is_found_by_its_token_only(visitor: Client) -> None:
    order = make_order()
    assert visitor.get(f"/shop/orders/{order.token}/").status_code == 200
    assert visitor.get(f"/shop/orders/{order.pk}/").status_code == 404


def test_a_cart_of_a_stranger_is_no_event(visitor: Client) -> None:
    put_mug_in_cart(visitor)
    assert not Event.objects.exists()


def test_a_cart_of_a_customer_is_one(client: Client) -> None:
    client.force_login(User.objects.create_user("ada@example.com", "ada@example.com"))
    put_mug_in_cart(client)
    assert Event.objects.get().name == "cart.abandoned"


def test_taking_the_last_thing_out_is_none(client: Client) -> None:
    put_mug_in_cart(client)
    client.post(f"/shop/cart/{CartItem.objects.get().pk}", {"quantity": 0})
    assert not CartItem.objects.exists()


def test_the_cart_of_somebody_else_stays(client: Client, visitor: Client) -> None:
    put_mug_in_cart(client)
    visitor.post(f"/shop/cart/{CartItem.objects.get().pk}", {"quantity": 0})
    assert CartItem.objects.exists()


def publish(client: Client, edition: int = 1) -> int:
    return client.post("/shop/offers/", {"edition": edition}).status_code


def test_offers_go_to_customers_once_an_edition(admin_client: Client) -> None:
    User.objects.create_user("ada@example.com", "ada@example.com")
    make_order(email="ben@example.com")
    assert [publish(admin_client), publish(admin_client)] == [302, 302]
    told = Event.objects.filter(name="offers.published").values_list("contact__address", flat=True)
    assert set(told) == {"ada@example.com", "ben@example.com"}
    assert len(told) == 2


def test_offers_are_for_staff(visitor: Client) -> None:
    publish(visitor)
    assert not OfferEdition.objects.exists()


def test_the_offers_page_shows_what_goes_out(admin_client: Client) -> None:
    assert b"Wool blanket" in admin_client.get("/shop/offers/").content


def test_the_thank_you_page_leads_to_mail_and_log(visitor: Client, admin_client: Client) -> None:
    page = check_out(visitor).content.decode()
    assert "/inbox?q=ada%40example.com" in page
    assert "/messages/?q=ada%40example.com" in page
    assert admin_client.get("/messages/?q=ada%40example.com").status_code == 200


def test_in_production_visitors_see_no_backstage(visitor: Client, settings: Any) -> None:
    settings.POSTRIDER_ENV = "production"
    assert "Backstage" not in check_out(visitor).content.decode()


def test_offers_pass_over_orders_of_the_erased(admin_client: Client) -> None:
    make_order(email="gone@example.com")
    erase_contact(Contact.objects.get(address="gone@example.com"), source="test")
    make_order(email="ben@example.com")
    publish(admin_client)
    told = Event.objects.filter(name="offers.published").values_list("contact__address", flat=True)
    assert list(told) == ["ben@example.com"]
