"""Can a marketer go the whole way: a table of people, a segment, a campaign, its approval, sending, report, segment?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.product import Product

pytestmark = pytest.mark.req("C1", "C2", "C3", "C4")

PEOPLE = 2_000
TOWNS = ("Oslo", "Bergen")
CAMPAIGN, SEGMENT = "Harbour fair", "From the fair"
COLLEAGUE, WORD = "bea", "correct-horse-7"
#: Sending and the readers' doings, on two busy cores.
LONG_MS = 120_000


def test_from_a_table_of_people_to_a_segment_of_those_who_clicked(
    staff: Page, open_page: OpenPage, product: Product
) -> None:
    bring_in(staff)
    build_segment(staff)
    address = build_campaign(staff)
    make_colleague(staff)
    approver = open_page()
    log_in_as_colleague(approver)
    with readers(product):
        approve(approver, address)
        watch(staff, address)
        clicked = read_report(staff)
    keep_clickers(staff, clicked)


def table() -> str:
    """Everybody's address, name and town."""
    rows = [f"guest{number}@fair.example,Guest {number},{TOWNS[number % 2]}" for number in range(PEOPLE)]
    return "\n".join(["Email,First name,Town", *rows]) + "\n"


@contextmanager
def readers(product: Product) -> Iterator[None]:
    """While it lasts, two in five of those who get a mail open it, and one in four clicks."""
    step_into(product, {"delivered": 1, "opened": {"odds": 0.4}, "clicked": {"odds": 0.25, "after_ms": [100, 400]}})
    try:
        yield
    finally:
        step_into(product, {"delivered": 1})


def step_into(product: Product, script: dict[str, object]) -> None:
    """What the simulated readers do from now on."""
    asked = Request(f"{product.simulator}/control/script", json.dumps(script).encode(), method="PUT")
    with urlopen(asked, timeout=10) as answer:
        assert answer.status == 200


def bring_in(page: Page) -> None:
    """The table, with how its people agreed to the topic."""
    page.goto("/contacts/import/")
    file = {"name": "fair.csv", "mimeType": "text/csv", "buffer": table().encode()}
    page.get_by_label("File").set_input_files(file)  # type: ignore[arg-type] # a dictionary of just these keys
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_label("First name")).to_have_value("first_name")
    page.get_by_label("Town").select_option("new:text")
    page.get_by_label("… or on a new list").fill("Fair")
    page.get_by_label("Weekly offers").check()
    page.get_by_label("How they agreed").fill("Paper forms at the harbour fair, November 2026")
    page.get_by_label("The words they agreed to").fill("Yes, send me the weekly offers.")
    page.get_by_role("button", name="See what would change").click()
    expect(page.get_by_role("heading", name="2,000 new contacts, 0 changed")).to_be_visible()
    page.get_by_role("button", name="Add 2,000, change 0").click()
    expect(page.get_by_role("heading", name="Done")).to_be_visible(timeout=LONG_MS)


def build_segment(page: Page) -> None:
    """Everybody on the new list whose town is known."""
    page.goto("/segments/new/")
    add_condition(page, "list")
    page.locator("#p0-list").select_option(label="Fair")
    add_condition(page, "text_attribute:town")
    page.locator("#p1-test_is").select_option("known")
    expect(page.locator("#count")).to_contain_text("2,000")
    page.get_by_label("Name", exact=True).fill(SEGMENT)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The segment is saved.")).to_be_visible()


def add_condition(page: Page, subject: str) -> None:
    """At the end of the rule."""
    before = page.locator(".pr-condition").count()
    page.locator("#add-").select_option(subject)
    page.locator("#do-add-").click()
    expect(page.locator(".pr-condition")).to_have_count(before + 1)


def build_campaign(page: Page) -> str:
    """Audience, topic and content; asks for approval once the checks have nothing against it. Returns its address."""
    page.goto("/campaigns/")
    page.get_by_label("Name").fill(CAMPAIGN)
    page.get_by_role("button", name="Start a draft").click()
    page.get_by_label("Topic", exact=True).select_option(label="Weekly offers")
    page.get_by_role("checkbox", name=f"{SEGMENT} segment").first.check()
    page.get_by_label("Template", exact=True).select_option(label="Season letter")
    expect(page.locator("#audience")).to_contain_text("2,000 people get it")
    expect(page.locator("#checks")).not_to_contain_text("Checking")
    expect(page.locator("#checks")).not_to_contain_text("Must be mended")
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.get_by_text("Nothing goes before a second person says so.")).to_be_visible()
    return page.url


def make_colleague(page: Page) -> None:
    """Somebody with the role of an approver."""
    page.goto("/auth/user/add/")
    page.get_by_label("Username").fill(COLLEAGUE)
    page.get_by_label("Password", exact=True).fill(WORD)
    page.get_by_label("Password confirmation").fill(WORD)
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_label("Staff status").check()
    page.get_by_label("Groups").select_option(label="approver")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()


def log_in_as_colleague(page: Page) -> None:
    """The first page says at once what waits for them."""
    page.goto("/")
    page.get_by_label("Username").fill(COLLEAGUE)
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Needs somebody")).to_be_visible()


def approve(page: Page, address: str) -> None:
    """From the first page to the campaign, and off it goes."""
    page.get_by_role("link", name=CAMPAIGN).click()
    page.wait_for_url(address)
    page.get_by_role("button", name="Approve, and send to 2,000 people now").click()
    expect(page.locator("#live")).to_be_visible()


def watch(page: Page, address: str) -> None:
    """The numbers move by themselves until everybody is accounted for, and the readers' doings come in after that."""
    page.goto(address)
    page.evaluate(_WATCH)
    expect(page.locator("#live .pr-badge").first).to_have_text("Finished", timeout=LONG_MS)
    expect(page.locator("#live")).to_contain_text("2,000 of 2,000 done")
    expect(page.locator("#live")).to_contain_text("2,000 people, and everybody is accounted for", timeout=LONG_MS)
    expect(page.locator(".pr-tile", has_text="Clicked").locator(".pr-tile-number")).not_to_have_text("0")
    assert len(page.evaluate("window.seen")) > 1


#: Remembers what the page has shown; a page that is loaded anew has forgotten it.
_WATCH = """
    window.seen = [];
    setInterval(() => {
        const shown = document.querySelector('.pr-facts-tiles').innerText;
        if (!window.seen.includes(shown)) window.seen.push(shown);
    }, 50)
"""


def read_report(page: Page) -> int:
    """From the live page to the report; waits until the readers have done what they do. Returns how many clicked."""
    page.locator("#live").get_by_role("link", name="Report", exact=True).click()
    clicked, before = number_of(page, "Clicked"), -1
    while clicked != before or not clicked:
        page.wait_for_timeout(6_000)
        page.reload()
        clicked, before = number_of(page, "Clicked"), clicked
    assert number_of(page, "Sent") == number_of(page, "Delivered") == PEOPLE
    assert 300 < clicked < 700
    return clicked


def number_of(page: Page, label: str) -> int:
    """A number of the funnel."""
    row = page.locator(".pr-funnel li").filter(has=page.locator(".pr-bar-name", has_text=re.compile(f"^{label}$")))
    said = row.locator(".pr-bar-number").inner_text() if row.count() else "0"
    return int(said.split()[0].replace(",", ""))


def keep_clickers(page: Page, clicked: int) -> None:
    """Behind the number its people, and from there a segment that counts the same."""
    page.locator(".pr-funnel a", has_text="Clicked").first.click()
    expect(page.get_by_role("heading", name=f"{clicked} people")).to_be_visible()
    expect(page.get_by_label("Name of the segment")).to_have_value(f"Clicked {CAMPAIGN}")
    page.get_by_role("button", name="Save as a segment").click()
    expect(page.get_by_text("Saved as a segment.")).to_be_visible()
    expect(page.locator("#count")).to_contain_text(f"Everyone who clicked in “{CAMPAIGN}”.")
    expect(page.locator("#count")).to_contain_text(str(clicked))
