"""Can the gallery be read by everybody, and does its source get into the clipboard?"""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from notifications.gallery.starters import all_starters

KEYS = [one.key for one in all_starters()]


def axe_faults(page: Page) -> list[Any]:
    found: dict[str, Any] = Axe().run(page, "#content").response
    return [(fault["id"], [node["html"][:200] for node in fault["nodes"]]) for fault in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_gallery_can_be_read_by_everybody(staff: Page, scheme: Any, width: int) -> None:
    staff.set_viewport_size({"width": width, "height": 844})
    staff.emulate_media(color_scheme=scheme)
    for path in ("/gallery/", "/gallery/?screen=phone&colours=dark", f"/gallery/{KEYS[0]}/"):
        staff.goto(path)
        expect(staff.get_by_role("heading", level=2).first).to_be_visible()
        assert staff.evaluate("document.documentElement.scrollWidth") <= width
        assert axe_faults(staff) == []


@pytest.mark.parametrize("key", KEYS)
def test_the_page_of_a_mail_can_be_read_by_everybody(staff: Page, key: str) -> None:
    staff.goto(f"/gallery/{key}/")
    assert axe_faults(staff) == []


def test_a_button_copies_the_source_and_says_so(staff: Page) -> None:
    staff.context.grant_permissions(["clipboard-read", "clipboard-write"])
    staff.goto(f"/gallery/{KEYS[1]}/")
    button = staff.get_by_role("button", name="Copy")
    button.focus()
    staff.keyboard.press("Enter")
    expect(staff.get_by_role("button", name="Copied")).to_be_visible()
    copied = staff.evaluate("navigator.clipboard.readText()")
    assert copied == staff.locator("#starter-source").text_content()
    assert copied.startswith("---\nsubject: ")
    expect(staff.get_by_role("button", name="Copy", exact=True)).to_be_visible()
