from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.product import Product
from tests.browser.steps import buy, open_mail, open_message, press_in_mail, publish_offers


def test_an_unsubscribed_person_is_skipped_and_the_log_says_why(visitor: Page, staff: Page, product: Product) -> None:
    buy(visitor, name="Edith", email="edith@example.com")
    publish_offers(staff)
    mail = open_mail(visitor, product, to="edith@example.com", subject="This week at")
    leaving = press_in_mail(visitor, mail, "Unsubscribe")
    leaving.get_by_role("button", name="Unsubscribe", exact=True).click()
    expect(leaving.get_by_role("heading", name="You are unsubscribed")).to_be_visible()
    publish_offers(staff)
    open_message(staff, to="edith@example.com", mail="weekly-offers", state="Skipped")
    said = staff.get_by_text("It was not sent, because the person unsubscribed from this topic.")
    expect(said.first).to_be_visible()


@pytest.fixture
def choices(open_page: OpenPage, product: Product, request: pytest.FixtureRequest) -> Page:
    """Somebody's preference page, reached from a mail, in a browser without scripts."""
    page, name = open_page(java_script_enabled=False), re.sub(r"\W", "", request.node.name)
    buy(page, name="Finn", email=f"{name}@example.com")
    mail = open_mail(page, product, to=f"{name}@example.com", subject="Your order")
    return press_in_mail(page, mail, "Choose what you get")


def test_choosing_needs_no_script(choices: Page) -> None:
    choices.get_by_role("checkbox", name="Weekly offers").uncheck()
    choices.get_by_role("button", name="Save my choices").click()
    expect(choices.get_by_role("status")).to_have_text("Your choices are saved.")
    expect(choices.get_by_role("checkbox", name="Weekly offers")).not_to_be_checked()
    expect(choices.get_by_role("checkbox", name="Cart reminders")).to_be_checked()


def test_choosing_needs_no_mouse(choices: Page) -> None:
    _tab_to(choices, choices.get_by_role("checkbox", name="Cart reminders"))
    choices.keyboard.press("Space")
    _tab_to(choices, choices.get_by_role("button", name="Save my choices"))
    choices.keyboard.press("Enter")
    expect(choices.get_by_role("status")).to_have_text("Your choices are saved.")
    expect(choices.get_by_role("checkbox", name="Cart reminders")).not_to_be_checked()


def test_leaving_can_be_undone(choices: Page) -> None:
    choices.get_by_role("button", name="Unsubscribe from everything").click()
    expect(choices.get_by_text("You are unsubscribed from everything.")).to_be_visible()
    choices.get_by_role("button", name="Get mail from us again").click()
    expect(choices.get_by_role("status")).to_have_text("Our mail will reach you again.")


def _tab_to(page: Page, target: Locator) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("the Tab key does not get there")
