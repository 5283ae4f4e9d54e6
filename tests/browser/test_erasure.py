"""Can staff erase a customer of the shop in a real browser, after reading what goes?"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import buy

pytestmark = pytest.mark.req("P4")


def test_a_customer_is_erased(visitor: Page, staff: Page) -> None:
    buy(visitor, name="Greta", email="greta.whose-address-is-wider-than-any-phone@example.com")
    staff.goto("/preferences/contact/?q=greta.whose")
    staff.locator("#result_list tbody a").first.click()
    staff.get_by_role("link", name="Erase…").click()
    address = staff.locator("form b").last.inner_text()
    _assert_fits_everywhere(staff)
    staff.get_by_label(f"Type {address} to erase this person").fill("somebody@example.com")
    staff.get_by_role("button", name="Erase this person").click()
    expect(staff.get_by_role("alert")).to_contain_text("Nothing was erased")
    staff.get_by_label(f"Type {address} to erase this person").fill(address)
    staff.get_by_role("button", name="Erase this person").click()
    expect(staff.get_by_role("heading", name=re.compile("Erased on"))).to_be_visible()
    _assert_fits_everywhere(staff)
    staff.get_by_role("link", name="Back to the contact").click()
    expect(staff.locator("#content")).to_be_visible()
    assert address not in staff.content()


def _assert_fits_everywhere(page: Page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.reload()
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
