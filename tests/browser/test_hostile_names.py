from __future__ import annotations

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.product import Product
from tests.browser.steps import buy, open_mail, open_message, sign_up

#: One word, since mails greet by the first. What runs of it opens a dialog and leaves a trace.
HOSTILE = '"><script>window.hacked=1;alert(1)</script><svg/onload=window.hacked=2;alert(2)>'


@pytest.fixture
def email(request: pytest.FixtureRequest) -> str:
    return f"mallory-{request.node.name[-7:]}@example.com"


@pytest.fixture
def mallory(visitor: Page, email: str) -> Page:
    """Somebody with that name has an account and an order. A dialog on any page fails the test by itself."""
    sign_up(visitor, name=f"{HOSTILE} {HOSTILE[:60]}", email=email, password="word-of-mallory")
    buy(visitor, name=HOSTILE, email=email)
    _assert_harmless(visitor)
    return visitor


def test_a_hostile_name_stays_text_in_the_mail(mallory: Page, email: str, product: Product) -> None:
    open_mail(mallory, product, to=email, subject="Your order")
    _assert_harmless(mallory, within=mallory.frame_locator("iframe"))
    mallory.goto(f"{product.simulator}/inbox?q={email}")
    _assert_harmless(mallory)


def test_a_hostile_name_stays_text_in_the_console(mallory: Page, email: str, staff: Page) -> None:
    staff.goto(f"/messages/?q={email}")
    _assert_harmless(staff)
    open_message(staff, to=email, mail="order-confirmation", state="Delivered|Sent")
    _assert_harmless(staff, within=staff.frame_locator("iframe"))
    staff.get_by_role("link", name="order.placed").click()
    _assert_harmless(staff)
    staff.get_by_role("link", name=email).click()
    _assert_harmless(staff)


def _assert_harmless(page: Page, *, within: Page | FrameLocator | None = None) -> None:
    """The name is there to be read, and nothing in it has run."""
    expect((within or page).get_by_text("<script>window.hacked").first).to_be_attached()
    for frame in page.frames:
        assert frame.evaluate("typeof window.hacked") == "undefined"
