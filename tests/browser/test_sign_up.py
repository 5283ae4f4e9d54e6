"""Can a stranger sign up from the shop, from somebody's site and from a frame in it, and does staff see it?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from config.ports import HOST
from tests.browser.conftest import OpenPage
from tests.browser.product import Product
from tests.browser.steps import open_mail, press_in_mail

#: The form asks for a second look when it is filled in faster than a person can.
_READING_MS = 3_000


@pytest.fixture
def plain(open_page: OpenPage) -> Page:
    """A browser without scripts."""
    return open_page(java_script_enabled=False)


def fill_in(page: Page | FrameLocator, email: str, wait: Callable[[float], None]) -> None:
    wait(_READING_MS)
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_role("button", name="Send me letters").click()


def test_a_stranger_signs_up_without_a_script(plain: Page, staff: Page, product: Product) -> None:
    plain.goto("/shop/")
    plain.get_by_role("link", name="Letters from the road").click()
    plain.get_by_role("checkbox", name="Price drops").uncheck()
    fill_in(plain, "Not an address", plain.wait_for_timeout)
    expect(plain.get_by_role("alert")).to_be_visible()
    expect(plain.get_by_role("checkbox", name="Price drops")).not_to_be_checked()
    fill_in(plain, "ines@example.com", plain.wait_for_timeout)
    expect(plain.get_by_role("heading", name="One step is left")).to_be_visible()
    mail = open_mail(plain, product, to="ines@example.com", subject="Please confirm")
    page = press_in_mail(plain, mail, "Confirm my sign-up")
    page.get_by_role("button", name="Yes, sign me up").click()
    expect(page.get_by_role("heading", name="You are signed up")).to_be_visible()
    staff.goto("/preferences/consentrecord/?q=ines@example.com")
    expect(staff.locator("tbody tr")).to_have_count(2)
    expect(staff.locator("tbody tr").first).to_contain_text("Confirmed")


def test_a_form_in_somebodys_site_works(plain: Page, staff: Page) -> None:
    with another_site(copied(staff, "HTML of the form")) as site:
        plain.goto(site)
        fill_in(plain, "jonas@example.com", plain.wait_for_timeout)
        expect(plain.get_by_role("heading", name="One step is left")).to_be_visible()


def test_a_frame_in_somebodys_site_works(plain: Page, staff: Page) -> None:
    with another_site(copied(staff, "HTML of the frame")) as site:
        plain.goto(site)
        frame = plain.frame_locator("iframe")
        fill_in(frame, "karla@example.com", plain.wait_for_timeout)
        expect(frame.get_by_role("heading", name="One step is left")).to_be_visible()


def test_the_preview_follows_what_is_typed(staff: Page) -> None:
    staff.goto("/sign-up-forms/new/")
    preview = staff.frame_locator("iframe.pr-preview")
    expect(preview.get_by_role("heading", name="Our newsletter")).to_be_visible()
    staff.get_by_label("Heading").fill('Say "hello" <b>')
    staff.get_by_label("Ask for the last name").check()
    expect(preview.get_by_role("heading", name='Say "hello" <b>')).to_be_visible()
    expect(preview.get_by_label("Last name")).to_be_visible()


def copied(staff: Page, region: str) -> str:
    """What the console offers to be copied."""
    staff.goto("/sign-up-forms/")
    staff.get_by_role("link", name="Footer of the shop").click()
    return staff.get_by_role("region", name=region).inner_text()


@contextmanager
def another_site(snippet: str) -> Iterator[str]:
    """A page of another origin with this in it; yields its address."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"<!doctype html><html lang=en><title>Elsewhere</title><h1>Elsewhere</h1>{snippet}".encode()
            self.send_response(200 if self.path == "/" else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body if self.path == "/" else b"")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer((HOST, 0), Site)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
