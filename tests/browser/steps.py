"""What do people do in these tests? Buy, look into their mail, press what is in it; and staff looks things up."""

from __future__ import annotations

import re

from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.product import Product


def buy(page: Page, *, name: str, email: str, product: str = "enamel-mug") -> None:
    """A product, the cart, the checkout; leaves the page at the order."""
    page.goto(f"/shop/products/{product}/")
    page.get_by_role("button", name="Add to the cart").click()
    page.get_by_role("link", name="Check out").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Buy for").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def sign_up(page: Page, *, name: str, email: str, password: str) -> None:
    """A new account; leaves the page signed in."""
    page.goto("/shop/sign-up/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Good to have you")).to_be_visible()


def open_mail(page: Page, product: Product, *, to: str, subject: str) -> FrameLocator:
    """Wait in the simulator's inbox for a mail and open it, which loads its pixel; returns what is in it."""
    page.goto(f"{product.simulator}/inbox?q={to}")
    page.locator(".mails li", has_text=subject).first.get_by_role("link").click()
    mail = page.frame_locator("iframe")
    expect(mail.get_by_role("heading").first).to_be_visible()
    return mail


def press_in_mail(page: Page, mail: FrameLocator, link: str) -> Page:
    """Press a link of an open mail; returns the tab in which it opens."""
    with page.expect_popup() as opened:
        mail.get_by_role("link", name=link).first.click()
    opened.value.wait_for_load_state()
    return opened.value


def open_message(staff: Page, *, to: str, mail: str, state: str = "") -> None:
    """Find a mail in the message log and open its page, asking again until it is there."""
    row = staff.locator("tbody tr", has_text=mail).filter(has_text=re.compile(state))
    for _ in range(40):
        staff.goto(f"/messages/?q={to}")
        if row.count():
            break
        staff.wait_for_timeout(250)
    row.first.locator("a.pr-row-link").click()
    expect(staff.get_by_role("heading", name="Timeline")).to_be_visible()


def publish_offers(staff: Page) -> None:
    """Raise the weekly offers for everyone, as the shop's staff does."""
    staff.goto("/shop/offers/")
    staff.get_by_role("button", name="Publish to").click()
    expect(staff.get_by_text("Last published")).to_be_visible()
