"""Can a marketer find a fault in MJML, translate side by side, and send a test, in a real browser?"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_block_editor import add, editor, fill, press, saved, settled, shoot

__all__ = ["editor"]

BROKEN = "<mj-section>\n  <mj-column>\n    <mj-sektion></mj-sektion>\n  </mj-column>\n</mj-section>"


@pytest.mark.req("T5")
def test_a_fault_is_marked_in_the_field_and_a_press_leads_to_its_line(editor: Page) -> None:
    add(editor, "raw")
    field = editor.locator("#field-mjml")
    field.fill(BROKEN)
    saved(editor)
    expect(editor.locator(".pr-source-marked")).to_have_text("✕ 3")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(editor.locator("#field-mjml-faults")).to_contain_text("Line 3: ")
    shoot(editor, "fault")
    add(editor, "heading")  # another block's fields are shown now
    settled(editor)
    press(editor, "#faults [data-fault-field=mjml] button")
    expect(editor.locator("#field-mjml")).to_be_focused()
    chosen = "() => { const a = document.activeElement; return a.value.slice(a.selectionStart, a.selectionEnd); }"
    assert editor.evaluate(chosen) == "    <mj-sektion></mj-sektion>"
    editor.locator("#field-mjml").fill(BROKEN.replace("sektion", "divider"))
    expect(editor.locator(".pr-source-marked")).to_have_count(0)
    expect(editor.locator("#field-mjml")).to_have_attribute("aria-invalid", "false")
    settled(editor)


@pytest.mark.req("T4")
def test_a_mail_is_translated_block_by_block(editor: Page) -> None:
    fill(editor, "Subject", "Spring")
    add(editor, "heading")
    fill(editor, "Text", "All is new")
    settled(editor)
    key = editor.get_by_role("link", name="What is blank?").get_attribute("href").split("/")[2]  # type: ignore[union-attr]
    editor.goto(f"/templates/{key}/")
    editor.get_by_label("Translate into").fill("de")
    editor.get_by_role("button", name="Translate side by side").click()
    expect(editor.locator("#translation-state")).to_contain_text("2 blocks left")
    editor.wait_for_load_state()
    heading = editor.locator(".pr-pair", has_text="Heading")
    heading.locator("textarea[name=text]").fill("Alles ist neu")
    heading.get_by_role("button", name="Save as translated").click()
    expect(editor.locator("#translation-state")).to_contain_text("1 block left")
    expect(editor.locator(".pr-pair", has_text="Heading").locator(".pr-badge")).to_have_text("translated")
    shoot(editor, "translation")
    editor.reload()
    expect(editor.locator(".pr-pair", has_text="Heading").locator("textarea[name=text]")).to_have_value("Alles ist neu")


@pytest.mark.req("T5")
def test_a_test_is_sent_from_the_editor_and_its_outcome_seen(editor: Page) -> None:
    fill(editor, "Subject", "Hi {{ contact.first_name }}")
    add(editor, "heading")
    fill(editor, "Text", "Hello")
    settled(editor)
    editor.get_by_role("link", name="Send a test").click()
    editor.get_by_label("To", exact=True).fill("nobody")
    editor.get_by_role("button", name="Send the test").click()
    expect(editor.get_by_text("“nobody”: the address has no @")).to_be_visible()
    editor.get_by_label("To", exact=True).fill("qa@example.com, qb@example.com")
    editor.get_by_label("Read as").select_option("right-to-left")
    shoot(editor, "test-new")
    editor.get_by_role("button", name="Send the test").click()
    expect(editor.locator("#test-mails .pr-badge.pr-good")).to_have_count(2)
    expect(editor.locator("#test-mails")).not_to_have_attribute("aria-busy", "true")
    shoot(editor, "test")


def test_a_press_during_a_save_is_not_lost(editor: Page) -> None:
    editor.locator("#subject").fill("Spring")
    editor.locator("#add-heading").click()  # leaving the field saves it, and the answer replaces this button
    expect(editor.locator(".pr-block")).to_have_count(1)
    expect(editor.locator("#subject")).to_have_value("Spring")
    settled(editor)
