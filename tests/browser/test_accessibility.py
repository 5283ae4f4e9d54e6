"""Does axe-core find anything wrong on the pages that people see, on a phone, in light and dark, in three languages?"""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.product import Product
from tests.browser.steps import buy, open_mail, press_in_mail, publish_offers

PHONE = {"width": 360, "height": 780}


@pytest.fixture(params=["light", "dark"])
def phone(open_page: OpenPage, request: pytest.FixtureRequest) -> Page:
    return open_page(viewport=PHONE, color_scheme=request.param)


def check(page: Page) -> None:
    """No violation, and nothing to scroll sideways for."""
    page.wait_for_load_state()  # colours come with the style sheet
    found: dict[str, Any] = Axe().run(page).response
    faults = [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found["violations"]]
    assert faults == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_preference_pages(phone: Page, product: Product) -> None:
    buy(phone, name="Gina", email="gina@example.com")
    page = press_in_mail(phone, open_mail(phone, product, to="gina@example.com", subject="Your order"), "Choose what")
    start = page.url
    for language in ("en", "de", "es"):
        page.goto(f"{start}?lang={language}")
        expect(page.locator("html")).to_have_attribute("lang", language)
        check(page)
    page.get_by_label("desde las").fill("21:00")
    page.get_by_role("button", name="Guardar mis preferencias").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)
    for own in ("mails", "phone", "data", "erase"):
        page.goto(f"{start}/{own}")
        check(page)
    page.get_by_label("Your whole e-mail address").fill("gina@example.com")
    page.get_by_role("button", name="Continue to the last step").click()
    expect(page.get_by_role("heading", name="Erase everything, for ever?")).to_be_visible()
    check(page)


def test_the_unsubscribe_pages(phone: Page, staff: Page, product: Product) -> None:
    phone.goto("/u/x")
    check(phone)
    buy(phone, name="Hana", email="hana@example.com")
    publish_offers(staff)
    mail = open_mail(phone, product, to="hana@example.com", subject="This week at")
    page = press_in_mail(phone, mail, "Unsubscribe")
    for button, heading in (
        (None, "Unsubscribe from Weekly offers?"), ("Unsubscribe", "You are unsubscribed"),
        ("Send the reason", "You are unsubscribed"), ("Undo: that was a mistake", "You are subscribed again"),
    ):  # fmt: skip
        if button:
            page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        check(page)


@pytest.mark.parametrize("form", ["letters", "briefe"])
def test_the_sign_up_pages(phone: Page, product: Product, form: str) -> None:
    for path in (f"/s/{form}", f"/s/{form}/frame", "/s/nonsense"):
        phone.goto(path)
        check(phone)
    phone.goto(f"/s/{form}")
    phone.locator("button.primary").click()
    expect(phone.get_by_role("alert")).to_be_visible()
    check(phone)
    phone.wait_for_timeout(3_000)
    is_dark = phone.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    address = f"lara-{form}-{'dark' if is_dark else 'light'}@example.com"
    phone.locator("#email").fill(address)
    phone.locator("button.primary").click()
    phone.wait_for_url("**?done")
    check(phone)
    button = "Confirm my sign-up" if form == "letters" else "Anmeldung bestätigen"
    page = press_in_mail(phone, open_mail(phone, product, to=address, subject="Postrider"), button)
    check(page)
    for step in ("confirm", "undo"):
        page.locator(f"button[value={step}]").click()
        page.wait_for_load_state()
        check(page)


def test_the_sign_up_forms_of_the_console(staff: Page) -> None:
    for path in ("/sign-up-forms/", "/sign-up-forms/new/", "/sign-up-forms/1/"):
        staff.goto(path)
        found: dict[str, Any] = Axe().run(staff, context="#content").response
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]] == []
