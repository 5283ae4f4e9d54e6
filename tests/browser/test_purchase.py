from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.product import Product
from tests.browser.steps import buy, open_mail, open_message, press_in_mail


def test_a_purchase_becomes_a_mail_that_is_opened_and_clicked(visitor: Page, staff: Page, product: Product) -> None:
    buy(visitor, name="Ada Lovelace", email="ada@example.com")
    mail = open_mail(visitor, product, to="ada@example.com", subject="Your order")
    shop = press_in_mail(visitor, mail, "See your order")
    expect(shop.get_by_role("heading", name="Thank you, Ada Lovelace.")).to_be_visible()
    open_message(staff, to="ada@example.com", mail="order-confirmation", state="Delivered")
    timeline = staff.locator(".pr-timeline")
    for step in ("Event order.placed received", "Decided to send", "Accepted by", "Delivered", "Opened", "Clicked"):
        expect(timeline.get_by_text(step).first).to_be_visible()
    expect(timeline.get_by_text("machine")).to_have_count(0)


def test_the_thank_you_page_leads_to_the_mail(visitor: Page) -> None:
    buy(visitor, name="Ben", email="ben@example.com")
    visitor.get_by_role("link", name="The mail in the inbox").click()
    expect(visitor.locator(".mails li", has_text="ben@example.com")).to_contain_text("Your order")


def test_the_thank_you_page_leads_staff_to_the_log(visitor: Page, staff: Page) -> None:
    buy(visitor, name="Hank", email="hank@example.com")
    staff.goto(visitor.get_by_role("link", name="Its row in the message log").get_attribute("href") or "")
    expect(staff.locator("tbody tr").first).to_contain_text("hank@example.com")


def test_staff_may_shop_too(staff: Page) -> None:
    """One login holds for the console and the shop, and the demo's account need not have an address."""
    buy(staff, name="Iris", email="iris@example.com")


def test_the_message_page_follows_a_mail_while_it_is_read(visitor: Page, staff: Page, product: Product) -> None:
    buy(visitor, name="Cleo", email="cleo@example.com")
    open_message(staff, to="cleo@example.com", mail="order-confirmation")
    expect(staff.locator(".pr-timeline").get_by_text("Opened")).to_have_count(0)
    open_mail(visitor, product, to="cleo@example.com", subject="Your order")
    expect(staff.locator(".pr-timeline").get_by_text("Opened").first).to_be_visible()


def test_the_sent_mail_is_shown_on_the_message_page(visitor: Page, staff: Page) -> None:
    buy(visitor, name="Dora", email="dora@example.com")
    open_message(staff, to="dora@example.com", mail="order-confirmation", state="Delivered|Sent")
    expect(staff.frame_locator("iframe").get_by_role("heading", name="Thank you, Dora")).to_be_visible()
