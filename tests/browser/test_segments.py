"""Can a marketer build a segment by keyboard, on a phone too, see at once whom it selects, and take a step back?"""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import PHONE

pytestmark = pytest.mark.req("C2")


def _press(page: Page, selector: str) -> None:
    """A button, as the keyboard presses it."""
    page.locator(selector).focus()
    page.keyboard.press("Enter")


def _add(page: Page, path: str, subject: str) -> None:
    """A condition at the end of a group."""
    before = page.locator(".pr-condition").count()
    page.locator(f"#add-{path}").select_option(subject)
    _press(page, f"#do-add-{path}")
    expect(page.locator(".pr-condition")).to_have_count(before + 1)


def _check(page: Page, part: str) -> None:
    """Axe finds nothing in our part of the page, the frame being Unfold's, and nothing scrolls sideways."""
    found = Axe().run(page, context=part).response
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_segment_is_built_by_keyboard_and_counted_as_it_grows(staff: Page) -> None:
    staff.goto("/segments/new/")
    count = staff.locator("#count")
    expect(count).to_contain_text("Everyone.")
    _add(staff, "", "contact_text:domain")
    expect(staff.locator("#fault-0")).to_contain_text("Say what it is compared with")
    expect(count).to_contain_text("not finished")
    staff.get_by_label("Value").focus()
    staff.keyboard.type("nowhere.example")
    expect(count).to_contain_text("Nobody fits")
    expect(count).to_contain_text("Everyone whose domain of the address is “nowhere.example”.")
    expect(staff.locator("#fault-0")).to_be_hidden()
    _press(staff, "button[value='remove:0']")
    expect(staff.locator(".pr-condition")).to_have_count(0)
    _press(staff, "button[value='undo:']")
    expect(staff.get_by_label("Value")).to_have_value("nowhere.example")
    staff.get_by_label("Name", exact=True).fill("Nobody")
    staff.keyboard.press("Enter")
    expect(staff.get_by_text("The segment is saved.")).to_be_visible()
    expect(staff.get_by_label("Value")).to_have_value("nowhere.example")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_fit_a_phone_and_every_reader(staff: Page, theme: str) -> None:
    staff.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    staff.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    staff.goto("/segments/new/")
    _add(staff, "", "event")
    _press(staff, "button[value='group:']")
    _add(staff, "1", "engagement")
    expect(staff.locator("#count")).to_contain_text("not finished")
    _check(staff, "#segment-form")
    staff.goto("/segments/")
    _check(staff, ".pr-table-frame, .pr-empty")
