"""Does the live page of the queues move by itself, rest while nobody sees it, and do without JavaScript?"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.product import Product

pytestmark = pytest.mark.req("Q1")

#: A tab in the background, as far as the page can tell.
_HIDE = (
    "Object.defineProperty(document, 'hidden', {get: () => window.isAway, configurable: true}); window.isAway = true"
)
_SHOW = "window.isAway = false; document.dispatchEvent(new Event('visibilitychange'))"


def _polls(page: Page, milliseconds: int) -> int:
    """How often the page asks for news in this time."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/queues/") else None)
    page.wait_for_timeout(milliseconds)
    return len(asked)


def test_it_moves_by_itself_and_leaves_the_focus_where_it_is(staff: Page) -> None:
    staff.goto("/queues/")
    staff.focus("#pause-marketing")
    assert _polls(staff, 5000) >= 2
    expect(staff.locator("#pause-marketing")).to_be_focused()


def test_a_tab_that_nobody_sees_asks_for_nothing(staff: Page) -> None:
    staff.goto("/queues/")
    staff.evaluate(_HIDE)
    assert _polls(staff, 5000) == 0
    with staff.expect_request(lambda request: request.url.endswith("/queues/"), timeout=1500):
        staff.evaluate(_SHOW)


def test_a_stream_is_paused_and_resumed_and_every_page_says_so(staff: Page) -> None:
    staff.goto("/queues/")
    staff.click("#pause-marketing")
    staff.get_by_label("Why").fill("wrong prices")
    staff.get_by_role("button", name="Pause marketing").click()
    staff.goto("/preferences/contact/")
    expect(staff.get_by_role("status")).to_contain_text("wrong prices")
    staff.goto("/queues/")
    staff.get_by_role("button", name="Resume marketing").click()
    expect(staff.get_by_text("Marketing goes on")).to_be_visible()
    expect(staff.locator(".pr-paused")).to_have_count(0)


def test_the_health_page_fills_itself(staff: Page) -> None:
    staff.goto("/health/")
    expect(staff.locator("#health-summary")).to_be_visible()


@pytest.mark.usefixtures("staff")
@pytest.mark.parametrize("path", ["/queues/", "/health/?now"])
def test_without_javascript_it_can_be_read(open_page: OpenPage, product: Product, path: str) -> None:
    page = open_page(java_script_enabled=False, storage_state=product.login_state)
    page.goto(path)
    expect(page.locator("#queues, #health-summary").first).to_be_visible()
