from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.compose.preflight.colours import Colour, contrast, read_colour
from notifications.compose.preflight.documents import read_document
from notifications.compose.preflight.findings import Finding, Severity, worst_first
from notifications.compose.preflight.pixels import read_picture
from notifications.compose.preflight.styles import font_size, is_hiding, read_style

pytestmark = pytest.mark.req("T6")

PART = st.integers(0, 255)
COLOURS = st.builds(Colour, PART, PART, PART, st.just(1.0))


@given(COLOURS, COLOURS)
def test_contrast_is_the_same_both_ways_and_within_its_bounds(one: Colour, other: Colour) -> None:
    ratio = contrast(one, other)
    assert 1 <= ratio <= 21
    assert ratio == contrast(other, one)
    assert contrast(one, one) == 1


@given(COLOURS)
def test_a_colour_reads_back_as_it_is_written(colour: Colour) -> None:
    assert read_colour(str(colour)) == colour
    assert read_colour(f"rgb({colour.red}, {colour.green}, {colour.blue})") == colour


@given(COLOURS, COLOURS, st.floats(0, 1))
def test_a_colour_seen_through_lies_between_the_two(one: Colour, ground: Colour, alpha: float) -> None:
    for seen, front, back in zip(one._replace(alpha=alpha).over(ground), one, ground, strict=True):
        assert min(front, back) - 1e-6 <= seen <= max(front, back) + 1e-6


@given(st.text(max_size=200))
def test_any_text_is_read_as_html_style_and_colour(text: str) -> None:
    document = read_document(text)
    assert isinstance(document.words(), str)
    style = read_style(text)
    assert font_size(style, 16) >= 0
    assert is_hiding(style) in {True, False}
    read_colour(text)


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff", b"RIFF1234WEBPVP8X"]),
)
def test_any_bytes_are_a_picture_or_none(octets: bytes, start: bytes) -> None:
    picture = read_picture(start + octets)
    assert picture is None or picture.width >= 0


@given(
    st.lists(st.builds(Finding, code=st.just("x"), severity=st.sampled_from(Severity), sentence=st.text(max_size=3)))
)
def test_the_worst_comes_first_and_nothing_twice(findings: list[Finding]) -> None:
    found = worst_first(findings)
    assert [one.severity.rank for one in found] == sorted(one.severity.rank for one in found)
    assert len(found) == len(set(findings))
