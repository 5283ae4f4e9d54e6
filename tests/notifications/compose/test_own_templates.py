"""The templates that come with the project."""

from __future__ import annotations

import pytest

from notifications.compose.compilation import compile_source
from notifications.compose.loading import load
from tests.notifications.compose.making import BRAND, EMAILS, PUBLIC_URL, VERSION_ID, Mail, read

SECRETS = frozenset({"payload.reset_url"})
ITEMS = [{"name": "Mug & saucer", "quantity": 2, "price": "9.00"}]
PAYLOADS = {
    "welcome": {},
    "order-confirmation": {"order_number": "A-17", "items": ITEMS, "total": "18.00", "currency": "EUR", "order_url": "https://shop.example/o"},
    "password-reset": {"reset_url": "https://shop.example/reset/s3cret", "minutes": 20},
    "abandoned-cart": {"items": ITEMS, "cart_url": "https://shop.example/cart"},
    "weekly-offers": {"offers": [{"name": "Lamp", "price": "19 EUR", "image_url": "", "url": "https://shop.example/l"}]},
}  # fmt: skip


def mail(key: str, **contact: str) -> Mail:
    source = read(EMAILS / f"{key}.mjml")
    loaded = load(
        version_id=VERSION_ID, ref=f"{key}@1", compiled=compile_source(source, secrets=SECRETS).as_json(),
        defaults=source.defaults, constants={"brand": BRAND}, public_url=PUBLIC_URL,
    )  # fmt: skip
    return Mail(
        loaded, contact={"email": "ada@example.com", **contact}, payload=PAYLOADS[key], brand=BRAND,
        unsubscribe_url="https://mail.example/u/1", preferences_url="https://mail.example/p/1",
    )  # fmt: skip


@pytest.mark.parametrize("key", PAYLOADS)
def test_it_is_whole_in_html_and_text(key):
    made = mail(key, first_name="Ada")
    for document in (made.html, made.text):
        assert "Harbour, 1 Quay Street" in document
        assert "https://mail.example/u/1" in document
        assert "https://mail.example/p/1" in document
        assert "{{" not in document
        assert "{%" not in document
    assert "\n\n\n" not in made.text
    assert len(made.html) < 20_000


@pytest.mark.parametrize("key", PAYLOADS)
def test_it_reads_well_without_a_name(key):
    made = mail(key)
    assert ", " not in made.subject[-2:]
    assert "  " not in made.subject


def test_a_table_of_items_is_lines_of_text():
    assert (
        "2 \N{MULTIPLICATION SIGN} Mug & saucer  9.00 EUR\nTotal  18.00 EUR\n"
        in mail("order-confirmation", first_name="Ada").text
    )


def test_the_link_with_the_secret_is_as_it_was():
    made = mail("password-reset")
    assert 'href="https://shop.example/reset/s3cret"' in made.html
    assert made.values.targets == ()
