"""The gallery's screens."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

from django.test import Client

from notifications.gallery.starters import all_starters, find_starter


def test_every_starter_is_shown_rendered_and_sandboxed(boss: Client) -> None:
    page = boss.get("/gallery/").content.decode()
    assert page.count('<iframe sandbox=""') == len(all_starters()) == 10
    for starter in all_starters():
        assert starter.name in page
        assert f"/gallery/{starter.key}/" in page
    assert "96.90" in page
    assert "{{" not in page


def test_a_starter_shows_its_source_and_text(boss: Client) -> None:
    page = unescape(boss.get("/gallery/receipt/").content.decode())
    receipt = find_starter("receipt")
    assert receipt is not None
    assert receipt.text in page
    assert "Enamel mug  €28.00" in page
    assert '"number": "A-2041"' in page


def test_dark_is_decided_here_and_not_by_the_browser(boss: Client) -> None:
    light, dark = (boss.get(f"/gallery/letter/{query}").content.decode() for query in ("", "?colours=dark"))
    assert "prefers-color-scheme" not in light.partition("starter-source")[0]
    assert "@media (max-width: 0)" in light
    assert "@media (min-width: 0)" in dark


def test_without_images_no_picture_is_left(boss: Client) -> None:
    assert "data:image/svg" in boss.get("/gallery/").content.decode()
    assert "data:image/svg" not in boss.get("/gallery/?images=off").content.decode()


def test_the_way_of_looking_is_kept_from_screen_to_screen(boss: Client) -> None:
    page = boss.get("/gallery/?screen=phone&colours=dark").content.decode()
    assert "/gallery/welcome/?screen=phone&amp;colours=dark" in page
    assert 'href="?screen=phone&amp;colours=dark&amp;images=off"' in page


def test_an_unknown_starter_is_not_found(boss: Client) -> None:
    assert boss.get("/gallery/nothing/").status_code == 404


def test_a_marketer_may_look_and_others_may_not(somebody: Callable[..., Client]) -> None:
    assert somebody("marketer").get("/gallery/").status_code == 200
    assert somebody().get("/gallery/").status_code == 403
    assert somebody("support").get("/gallery/welcome/").status_code == 200
