from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.product import Product
from tests.browser.steps import open_mail, sign_up

PASSWORD = "long-enough-9"


def _leave_a_cart(page: Page, *, name: str, email: str) -> None:
    """Sign up, pick a mug, and stay at the cart until its reminder waits."""
    sign_up(page, name=name, email=email, password=PASSWORD)
    page.goto("/shop/products/enamel-mug/")
    page.get_by_role("button", name="Add to the cart").click()
    waiting = page.get_by_text("its reminder waits 45 minutes")
    for _ in range(20):  # the event is routed by a worker while the page is on its way
        if waiting.count():
            break
        page.wait_for_timeout(250)
        page.reload()
    expect(waiting).to_be_visible()


def test_who_leaves_a_cart_is_reminded_once_the_time_has_passed(visitor: Page, product: Product) -> None:
    _leave_a_cart(visitor, name="Elif", email="elif@example.com")
    visitor.get_by_role("button", name="Let 45 minutes pass").click()
    mail = open_mail(visitor, product, to="elif@example.com", subject="cart")
    expect(mail.get_by_role("cell", name="Enamel mug")).to_be_visible()


def test_who_buys_meanwhile_is_not_and_the_console_says_why(visitor: Page, staff: Page) -> None:
    _leave_a_cart(visitor, name="Farid", email="farid@example.com")
    visitor.get_by_role("link", name="Check out").click()
    visitor.get_by_role("button", name="Buy for").click()
    expect(visitor.get_by_role("heading", name="Thank you")).to_be_visible()
    staff.goto(visitor.get_by_role("link", name="Why the reminder is not sent").get_attribute("href") or "")
    reason = staff.get_by_text("withdrawn before it was sent: the event order.placed made it pointless")
    for _ in range(20):
        if reason.count():
            break
        staff.wait_for_timeout(250)
        staff.reload()
    expect(reason).to_be_visible()
