"""Does a table of people come in through the console, by the workers, and go out again?"""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

TABLE = "E-Mail;Vorname;Ort;Punkte\nzoe@import.example;Zoe;Oslo;12\nyan@import.example;Yan;Bergen;viele\nniemand;X;;\n"


def check(page: Page) -> None:
    """No violation inside of our own part of the page."""
    found = Axe().run(page, context="#content").response
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found["violations"]] == []


def test_a_table_comes_in_and_goes_again(staff: Page) -> None:
    staff.goto("/preferences/contact/")
    staff.get_by_role("link", name="Import a table").click()
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": TABLE.encode("cp1252")}
    staff.get_by_label("File").set_input_files(file)  # type: ignore[arg-type] # a dictionary of just these keys
    staff.get_by_role("button", name="Upload").click()
    expect(staff.get_by_label("Vorname")).to_have_value("first_name")
    expect(staff.get_by_label("Punkte")).to_have_value("new:text")
    check(staff)
    staff.get_by_label("Punkte").select_option("new:number")
    staff.get_by_label("… or on a new list").fill("Fair")
    staff.get_by_role("button", name="See what would change").click()
    expect(staff.get_by_role("heading", name="2 new contacts, 0 changed")).to_be_visible()
    expect(staff.get_by_text("Punkte: write a number")).to_be_visible()
    check(staff)
    staff.get_by_role("button", name="Add 2, change 0").click()
    expect(staff.get_by_role("heading", name="Done")).to_be_visible()
    staff.goto("/preferences/contact/?q=zoe@import.example")
    staff.locator("#result_list tbody a").first.click()
    expect(staff.get_by_role("heading", name="May we write?")).to_be_visible()
    expect(staff.get_by_text("Fair")).to_be_visible()
    check(staff)
    staff.goto("/contacts/import/")
    staff.get_by_role("link", name="people.csv").first.click()
    staff.get_by_role("button", name="Take it back…").click()
    expect(staff.get_by_text("2 contacts that came by this import are removed.")).to_be_visible()
    staff.get_by_role("button", name="Take it back").click()
    expect(staff.get_by_role("heading", name="Taken back")).to_be_visible()


def test_a_table_goes_out(staff: Page) -> None:
    staff.goto("/contacts/export/")
    check(staff)
    staff.get_by_role("button", name="Write the table").click()
    with staff.expect_download() as download:
        staff.get_by_role("link", name="Download (CSV)").click()
    assert download.value.suggested_filename.startswith("contacts-")
