"""Can a marketer write a newsletter without a mouse, see it as others do, and not send a broken one?"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_block_editor import add, editor, fill, shoot

__all__ = ["editor"]


def walk_to(page: Page, selector: str) -> None:
    """Go on with the Tab key until something is reached, as somebody does who has no mouse."""
    for _ in range(400):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {selector}")


def key_in(page: Page, selector: str, words: str) -> None:
    walk_to(page, selector)
    page.keyboard.press("Control+A")
    page.keyboard.type(words)


def add_by_key(page: Page, kind: str) -> None:
    before = page.locator(".pr-block").count()
    walk_to(page, f"#add-{kind}")
    page.keyboard.press("Space")
    expect(page.locator(".pr-block")).to_have_count(before + 1)


@pytest.mark.req("T5")
def test_a_newsletter_from_blank_with_nothing_but_the_keyboard(staff: Page) -> None:
    staff.goto("/templates/")
    walk_to(staff, "a[href='/templates/new/']")
    staff.keyboard.press("Enter")
    staff.wait_for_url("**/templates/new/")
    key_in(staff, "#name", "By keyboard")
    key_in(staff, "#key", "by-keyboard")
    staff.keyboard.press("Enter")
    expect(staff.locator("#save-state")).to_contain_text("Saved, revision 1")
    key_in(staff, "#subject", "Spring for {{ contact.first_name }}")
    add_by_key(staff, "heading")
    key_in(staff, "#field-text", "Hello {{ contact.first_name }}")
    add_by_key(staff, "text")
    key_in(staff, ".pr-rich", "All is new.")
    staff.keyboard.press("Tab")
    expect(staff.locator("#canvas")).to_contain_text("All is new.")
    add_by_key(staff, "button")
    key_in(staff, "#field-text", "Have a look")
    key_in(staff, "#field-href", "https://mugs.shop/spring")
    staff.keyboard.press("Tab")
    expect(staff.locator(".pr-block .pr-badge")).to_have_count(0)
    walk_to(staff, "#canvas > .pr-outline > li:last-child [id^=up-]")
    staff.keyboard.press("Enter")
    expect(staff.locator("#canvas > .pr-outline > li").nth(1)).to_contain_text("Have a look")
    expect(staff.frame_locator("#preview iframe").get_by_text("Hello Ada")).to_be_visible()
    shoot(staff, "editor")
    walk_to(staff, "#preview-form select[name=view]")
    staff.keyboard.type("te")
    expect(staff.locator("#preview pre")).to_contain_text("Hello Ada")
    walk_to(staff, "details:has(#publish) > summary")
    staff.keyboard.press("Enter")
    walk_to(staff, "#publish")
    staff.keyboard.press("Enter")
    expect(staff.locator("#seen-button")).to_be_visible()
    walk_to(staff, "#seen-button")
    staff.keyboard.press("Enter")
    expect(staff.get_by_text("by-keyboard@1 is sent from now on.").first).to_be_visible()
    shoot(staff, "template")


@pytest.mark.req("T5")
def test_the_preview_shows_each_contact_their_own(editor: Page) -> None:
    add(editor, "heading")
    fill(editor, "Text", "Hello {{ contact.first_name }} {{ contact.last_name }}, {{ contact.email }}")
    seen = set()
    for address in _three_contacts(editor):
        editor.get_by_label("Or a contact").fill(address)
        editor.keyboard.press("Tab")
        heading = editor.frame_locator("#preview iframe").locator("h1", has_text=address)
        expect(heading).to_be_visible()
        expect(editor.locator(".htmx-request")).to_have_count(0)  # leaving the page would break it off
        seen.add(heading.inner_text())
    assert len(seen) == 3


def _three_contacts(page: Page) -> list[str]:
    """Addresses from the list of contacts."""
    people = page.context.new_page()
    people.goto("/preferences/contact/")
    found = re.findall(r"[\w.+-]+@[\w.-]+\.example", people.locator("#result_list").inner_text())
    people.close()
    return list(dict.fromkeys(found))[:3]


@pytest.mark.req("T6")
def test_a_broken_mail_is_stopped_and_says_what_to_mend(editor: Page) -> None:
    fill(editor, "Subject", "Broken")
    add(editor, "button")
    fill(editor, "Leads to", "javascript:alert(1)")
    expect(editor.locator(".pr-block .pr-badge")).to_contain_text("to mend")
    _publish(editor)
    expect(editor.get_by_text("the button has no words on it").first).to_be_visible()
    expect(editor.get_by_text("is sent from now on.")).to_have_count(0)
    editor.locator("#preview .pr-faults button").first.click()
    fill(editor, "Words on it", "Have a look")
    fill(editor, "Leads to", "https://mugs.shop/spring")
    expect(editor.locator(".pr-block .pr-badge")).to_have_count(0)
    _publish(editor)
    editor.locator("#seen-button").click()
    expect(editor.get_by_text("is sent from now on.").first).to_be_visible()


def _publish(page: Page) -> None:
    page.locator("details:has(#publish) > summary").click()
    page.locator("#publish").click()
