"""Does somebody at a browser see what is wrong with a template, group by group?"""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, log_in

pytestmark = pytest.mark.req("T6")

PAGE = "/templates/weekly-offers/preflight/"


def _axe_faults(page: Page) -> list[Any]:
    found: dict[str, Any] = Axe().run(page, "#content").response
    return [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_button_looks_and_every_group_answers(staff: Page, scheme: Any, width: int) -> None:
    staff.set_viewport_size({"width": width, "height": 844})
    staff.emulate_media(color_scheme=scheme)
    staff.goto("/notifications/template/")
    staff.get_by_role("link", name="weekly-offers", exact=True).first.click()
    staff.get_by_role("link", name="What would go wrong").click()
    staff.get_by_role("button", name="Check now").click()
    expect(staff.get_by_role("heading", name="Should be mended").first).to_be_visible()
    expect(staff.get_by_text("1 was asked, and is in order.")).to_be_visible()
    expect(staff.locator("[aria-busy=true]")).to_have_count(0)
    assert staff.evaluate("document.documentElement.scrollWidth") <= width
    assert _axe_faults(staff) == []


def test_without_scripts_the_button_works_as_well(open_page: OpenPage, staff: Page) -> None:
    plain = open_page(java_script_enabled=False)
    log_in(plain)
    plain.goto(PAGE)
    plain.get_by_role("button", name="Check now").click()
    for heading in ("The mail itself", "Do the links answer?", "Are the pictures there?"):
        expect(plain.get_by_role("heading", name=heading)).to_be_visible()
