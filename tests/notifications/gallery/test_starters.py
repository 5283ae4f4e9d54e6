"""The templates of the gallery."""

from __future__ import annotations

import re
from typing import Any

import pytest

from notifications.compose.brands.values import settings_values
from notifications.compose.findings import Level
from notifications.compose.limits import WARN_HTML_BYTES
from notifications.gallery.shown import Look, Shown, compile_starter, in_look
from notifications.gallery.shown import show as show_in
from notifications.gallery.starters import PICTURES, TEMPLATES, Starter, all_starters, find_starter

STARTERS = all_starters()
#: What a mail cannot be without; everything else may be missing.
NEEDED = {
    "password-reset": ("reset_url",), "receipt": ("number", "total"), "shipping": ("number",),
    "abandoned-cart": ("cart_url",), "newsletter": ("url",), "event-invitation": ("title", "starts_at", "url"),
}  # fmt: skip
NOBODY = {"email": "ada@example.com", "first_name": "", "last_name": "", "locale": "", "time_zone": ""}


def show(starter: Starter, look: Look, variables: dict[str, Any] | None = None) -> Shown:
    """In the brand of the settings."""
    return show_in(starter, look, variables, brand=settings_values())


each = pytest.mark.parametrize("starter", STARTERS, ids=lambda starter: starter.key)


def bare(starter: Starter) -> dict[str, Any]:
    """The least that is known of a person and an event."""
    needed = {name: starter.sample[name] for name in NEEDED.get(starter.key, ())}
    return {"contact": NOBODY, "payload": needed}


def test_files_and_order_agree() -> None:
    assert sorted(path.stem for path in TEMPLATES.glob("*.mjml")) == sorted(one.key for one in STARTERS)
    assert sorted(path.stem for path in TEMPLATES.glob("*.json")) == sorted(one.key for one in STARTERS)


def test_every_picture_is_used_and_small() -> None:
    samples = "".join(str(dict(one.sample)) for one in STARTERS)
    for path in PICTURES.iterdir():
        assert f"picture:{path.stem}" in samples
        assert path.stat().st_size < 4_000


@each
def test_it_compiles_without_a_warning(starter: Starter) -> None:
    compiled = compile_starter(starter)
    assert [one for one in compiled.warnings if one.level is Level.WARNING] == []
    assert len(compiled.html) < WARN_HTML_BYTES / 3


@each
def test_it_is_whole(starter: Starter) -> None:
    shown = show(starter, Look())
    for document in (shown.html, shown.text):
        assert "{{" not in document
        assert "{%" not in document
        assert "example.com/unsubscribe" in document
        assert "1 Example Street" in document
    assert shown.subject
    assert 20 <= len(shown.preheader) <= 130
    assert len(shown.subject) <= 60


@each
def test_it_reads_well_when_almost_everything_is_missing(starter: Starter) -> None:
    shown = show(starter, Look(), bare(starter))
    for words in (shown.subject, shown.preheader, shown.text):
        assert not re.search(r" [.,?!:]|,,|\(\)|  ,|\bNone\b", words)
    assert "\n\n\n\n" not in shown.text
    assert shown.subject.strip() == shown.subject
    assert shown.subject


@each
def test_it_reads_well_as_plain_text(starter: Starter) -> None:
    text = show(starter, Look()).text
    assert "\n\n\n" not in text
    assert not re.search(r"^ +\S", text, re.MULTILINE)


@each
def test_every_image_says_what_it_is_or_that_it_is_nothing(starter: Starter) -> None:
    html = show(starter, Look()).html
    assert [one for one in re.findall(r"<img\b[^>]*>", html) if " alt=" not in one] == []


@each
def test_another_language_changes_its_dates_and_amounts(starter: Starter) -> None:
    german = {"contact": {**NOBODY, "locale": "de", "time_zone": "Europe/Berlin"}}
    text = show(starter, Look(), german).text
    assert not re.search(r"€\d| AM\b| PM\b", text)


def test_a_reset_link_is_left_as_it_is() -> None:
    starter = find_starter("password-reset")
    assert starter is not None
    assert compile_starter(starter).links == ()


@pytest.mark.parametrize("query", ["(prefers-color-scheme: dark)", "screen and (prefers-color-scheme:dark)"])
def test_a_look_decides_the_colours(query: str) -> None:
    assert "(min-width: 0)" in in_look(f"@media {query} {{}}", Look(is_dark=True))
    assert "(max-width: 0)" in in_look(f"@media {query} {{}}", Look())
