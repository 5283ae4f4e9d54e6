"""Can a marketer write a newsletter by keyboard alone, drag, take back, meet somebody else, publish, roll back?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

SHOTS = os.environ.get("POSTRIDER_SHOTS", "")


@pytest.fixture
def editor(staff: Page, request: pytest.FixtureRequest) -> Page:
    """The editor of a new, empty mail."""
    key = request.node.name.replace("_", "-")[5:40].strip("-")
    staff.goto("/templates/new/")
    staff.get_by_label("Name").fill(key)
    staff.get_by_label("Key").fill(key)
    staff.get_by_role("button", name="Start writing").click()
    expect(staff.locator("#save-state")).to_contain_text("Saved, revision 1")
    staff.wait_for_load_state()  # before its scripts have come, nothing that is typed is saved
    return staff


def shoot(page: Page, name: str) -> None:
    """For a person to look at, on a desktop, in the dark and on a phone: POSTRIDER_SHOTS names a folder."""
    if not SHOTS:
        return
    page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)
    page.evaluate("document.documentElement.classList.add('dark')")
    page.screenshot(path=Path(SHOTS) / f"{name}-dark.png", full_page=True)
    page.set_viewport_size({"width": 390, "height": 800})
    page.screenshot(path=Path(SHOTS) / f"{name}-phone.png", full_page=True)
    page.evaluate("document.documentElement.classList.remove('dark')")
    page.set_viewport_size({"width": 1440, "height": 900})


def press(page: Page, selector: str) -> None:
    """A button, as the keyboard presses it."""
    page.locator(selector).focus()
    page.keyboard.press("Enter")


def add(page: Page, kind: str) -> None:
    before = page.locator(".pr-block").count()
    press(page, f"#add-{kind}")
    expect(page.locator(".pr-block")).to_have_count(before + 1)


def fill(page: Page, label: str, words: str) -> None:
    """Type into a field of the panel, and wait until it is saved."""
    page.locator("#panel").get_by_label(label, exact=True).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(words)
    page.keyboard.press("Tab")
    saved(page)


def saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_contain_text("Saved, revision")


def settled(page: Page) -> None:
    """Until the preview has come: leaving the page would break it off."""
    saved(page)
    expect(page.locator(".htmx-request")).to_have_count(0)


def drag(page: Page, number: int, onto: int) -> None:
    """A block onto the upper edge of another; in two moves, since browsers tell of a drag over from the second on."""
    blocks = page.locator("#canvas > .pr-outline > li")
    blocks.nth(number).locator(".pr-block-name").hover()
    page.mouse.down()
    for _ in range(3):
        blocks.nth(onto).locator(".pr-block-name").hover(position={"x": 20, "y": 3}, force=True)
    page.mouse.up()


def test_a_newsletter_from_blank_by_keyboard(editor: Page) -> None:
    fill(editor, "Subject", "Spring for {{ contact.first_name }}")
    add(editor, "heading")
    fill(editor, "Text", "Hello {{ contact.first_name }}")
    add(editor, "text")
    editor.locator(".pr-rich").focus()
    editor.keyboard.type("All is new.")
    editor.keyboard.press("Tab")
    expect(editor.locator("#canvas")).to_contain_text("All is new.")
    add(editor, "button")
    fill(editor, "Words on it", "Have a look")
    fill(editor, "Leads to", "https://shop.example/spring")
    press(editor, "[id^=up-]:enabled >> nth=-1")
    expect(editor.locator("#canvas > .pr-outline > li").nth(1)).to_contain_text("Have a look")
    expect(editor.frame_locator("#preview iframe").get_by_text("Hello Ada")).to_be_visible()
    shoot(editor, "editor")
    editor.get_by_text("Publish", exact=True).first.focus()
    editor.keyboard.press("Enter")
    settled(editor)
    press(editor, "#publish")
    expect(editor.get_by_text("link_placeholder")).to_be_visible()  # the shop's address is made up
    shoot(editor, "gate")
    editor.get_by_label("Why?").fill("Only an example")
    press(editor, "#override-button")
    expect(editor.get_by_text("is sent from now on.").first).to_be_visible()
    shoot(editor, "template")


def test_undo_redo_and_dragging(editor: Page) -> None:
    add(editor, "heading")
    add(editor, "divider")
    saved(editor)
    drag(editor, 1, 0)
    expect(editor.locator("#canvas > .pr-outline > li").first).to_contain_text("Divider")
    press(editor, "#undo")
    expect(editor.locator("#canvas > .pr-outline > li").first).to_contain_text("Heading")
    press(editor, "#redo")
    expect(editor.locator("#canvas > .pr-outline > li").first).to_contain_text("Divider")


def test_a_second_editor_loses_nothing(editor: Page) -> None:
    other = editor.context.new_page()
    other.goto(editor.url)
    fill(editor, "Subject", "Mine")
    other.locator("#subject").fill("Theirs")
    other.keyboard.press("Tab")
    expect(other.get_by_text("Somebody else saved first")).to_be_visible()
    shoot(other, "conflict")
    with other.expect_navigation():  # the page before shows the same subject
        other.get_by_role("button", name="Replace it by mine").click()
    expect(other.locator("#subject")).to_have_value("Theirs")
    press(other, "#undo")
    expect(other.locator("#subject")).to_have_value("Mine")


def test_an_older_version_is_published_again(staff: Page) -> None:
    staff.goto("/templates/")
    shoot(staff, "list")
    staff.goto("/templates/welcome/")
    staff.get_by_role("button", name="Copy to edit").first.click()
    expect(staff.locator("#save-state")).to_contain_text("Saved, revision")
    staff.wait_for_load_state()
    fill(staff, "Subject", "Another welcome")
    staff.get_by_text("Publish", exact=True).first.click()
    settled(staff)
    staff.locator("#publish").click()
    staff.locator("#seen-button").click()
    expect(staff.get_by_text("welcome@2 is sent from now on.").first).to_be_visible()
    staff.get_by_role("link", name="Compare welcome@1").click()
    expect(staff.locator("iframe")).to_have_count(2)
    shoot(staff, "compare")
    staff.go_back()
    staff.get_by_role("button", name="Publish welcome@1").click()
    expect(staff.get_by_text("welcome@1 is sent from now on.").first).to_be_visible()
