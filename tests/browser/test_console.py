from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

#: Name -> the list, and the link in it that leads to the screen, where it is not the list itself.
SCREENS = {
    "overview": ("/", ""),
    "messages": ("/messages/", ""),
    "message": ("/messages/", "a.pr-row-link"),
    "types": ("/types/", ""),
    "gallery": ("/gallery/", ""),
    "gallery on a phone": ("/gallery/?screen=phone&colours=dark", ""),
    "starter": ("/gallery/", ".pr-starter a"),
    "queues": ("/queues/", ""),
    "pausing a stream": ("/queues/critical/pause/", ""),
    "health": ("/health/", ""),
    "dead letters": ("/dead-letters/", ""),
    "uncertain": ("/uncertain/", ""),
    "sending domains": ("/domains/", ""),
    "sending domain": ("/domains/", "a.pr-row-link"),
    "warm-up": ("/warm-up/", ""),
    "new warm-up": ("/warm-up/new/", ""),
    "contacts": ("/preferences/contact/", ""),
    "contact": ("/preferences/contact/", "#result_list tbody a"),
    "attributes": ("/attributes/", ""),
    "imports of contacts": ("/contacts/import/", ""),
    "exports of contacts": ("/contacts/export/", ""),
    "editing many contacts": ("/contacts/edit/", ""),
    "events": ("/tracking/event/", ""),
    "event": ("/tracking/event/", "#result_list tbody a"),
    "pools": ("/providers/", ""),
    "order of a pool": ("/notifications/poolmember/?stream__exact=marketing", ""),
    "providers": ("/notifications/provider/", ""),
    "provider": ("/notifications/provider/", "#result_list tbody a"),
    "templates": ("/notifications/template/", ""),
    "preflight": ("/templates/weekly-offers/preflight/", ""),
    "template version": ("/notifications/template/", "#result_list a[href*=templateversion]"),
}


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_fits_in_light_and_dark_and_reports_no_error(staff: Page, screen: str) -> None:
    _go(staff, *SCREENS[screen])
    _assert_fits(staff, is_dark=False)
    staff.set_viewport_size({"width": 390, "height": 844})
    _assert_fits(staff, is_dark=False)
    staff.emulate_media(color_scheme="dark")
    staff.reload()
    _assert_fits(staff, is_dark=True)
    staff.set_viewport_size({"width": 1280, "height": 844})
    _assert_fits(staff, is_dark=True)


def _assert_fits(page: Page, *, is_dark: bool) -> None:
    expect(page.locator("#content")).to_be_visible()
    width = page.evaluate("innerWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, width
    assert (_brightness(page) < 0.5) is is_dark, width


def _go(page: Page, path: str, link: str) -> None:
    page.goto(path)
    if link:
        page.locator(link).first.click()
        page.wait_for_url(lambda url: not url.endswith(path))
    page.wait_for_load_state()


def _brightness(page: Page) -> float:
    """Of the ground the page is drawn on, 0 for black, 1 for white."""
    return float(
        page.evaluate(
            """() => {
              const canvas = document.createElement("canvas").getContext("2d");
              canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
              canvas.fillRect(0, 0, 1, 1);
              const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
              return (red + green + blue) / 765;
            }"""
        )
    )


def test_the_overview_counts_on_while_it_is_open(staff: Page) -> None:
    staff.goto("/")
    shown = staff.get_by_text("as of ").inner_text()
    expect(staff.get_by_text("as of ")).not_to_have_text(shown)


def test_strangers_see_only_the_login_page(visitor: Page, staff: Page) -> None:
    staff.goto("/")
    inside = {link.get_attribute("href") or "" for link in staff.locator("#nav-sidebar a[href^='/']").all()}
    inside |= {"/", "/overview/", "/messages/01a20000-0000-7000-8000-000000000000/", "/shop/offers/"}
    assert len(inside) > 12, inside
    for path in sorted(inside):
        visitor.goto(path)
        assert "next=" in visitor.url, path
        expect(visitor.get_by_label("Password")).to_be_visible()
