from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Product
from tests.browser.steps import open_mail, open_message, sign_up


@pytest.fixture
def reset_url(visitor: Page, product: Product, request: pytest.FixtureRequest) -> str:
    """The secret address in the mail of somebody who forgot the password."""
    email = f"{request.node.name}@example.com"[-60:].lstrip("_")
    sign_up(visitor, name="Gia Gibbs", email=email, password="first-word-of-gia")
    visitor.goto("/shop/forgot/")
    visitor.get_by_label("E-mail").fill(email)
    visitor.get_by_role("button", name="Send the link").click()
    expect(visitor.get_by_role("heading", name="Look into your mail")).to_be_visible()
    mail = open_mail(visitor, product, to=email, subject="Reset your")
    return mail.get_by_role("link", name="Choose a new password").get_attribute("href") or ""


def test_the_link_works_once(visitor: Page, reset_url: str) -> None:
    visitor.goto(reset_url)
    visitor.get_by_label("Password").fill("second-word-of-gia")
    visitor.get_by_role("button", name="Set it").click()
    expect(visitor.get_by_role("heading", name="Done.")).to_be_visible()
    visitor.goto(reset_url)
    expect(visitor.get_by_role("heading", name="This link is spent")).to_be_visible()


def test_the_console_never_shows_the_link(staff: Page, reset_url: str) -> None:
    secret = reset_url.rstrip("/").rpartition("/")[2]
    assert len(secret) > 20
    open_message(staff, to="", mail="password-reset", state="Delivered|Sent")
    expect(staff.get_by_text("because it held secrets")).to_be_visible()
    assert secret not in staff.content()
    staff.get_by_role("link", name="password.reset_requested").click()
    expect(staff.get_by_text("reset_url").first).to_be_visible()
    assert secret not in staff.content()
