from __future__ import annotations

import contextlib
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from notifications.compose.pictures.encoding import WIDEST, Encoded, NoPicture, encode_picture
from notifications.compose.pictures.models import Picture
from notifications.compose.pictures.storing import store_picture

SCRIPT = b"<script>alert(1)</script>"


def drawn(kind: str = "PNG", *, size: tuple[int, int] = (40, 20), mode: str = "RGB", **options: Any) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, "#246").save(written, kind, **options)
    return written.getvalue()


def reopened(encoded: Encoded) -> Image.Image:
    return Image.open(io.BytesIO(encoded.content))


@pytest.mark.parametrize(("kind", "end"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "png"), ("WEBP", "jpg")])
def test_pictures_are_encoded_for_mail_programs(kind: str, end: str) -> None:
    encoded = encode_picture(drawn(kind))
    assert (encoded.format, encoded.width, encoded.height) == (end, 40, 20)
    reopened(encoded).load()


def test_a_wide_picture_is_made_narrower() -> None:
    encoded = encode_picture(drawn(size=(3000, 1500)))
    assert (encoded.width, encoded.height) == (WIDEST, WIDEST // 2)


def test_metadata_is_gone_and_the_turn_it_told_of_is_made() -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "Ada's home", 6
    encoded = encode_picture(drawn("JPEG", exif=exif))
    assert b"Ada" not in encoded.content
    assert not reopened(encoded).getexif()
    assert (encoded.width, encoded.height) == (20, 40)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_what_is_appended_or_written_into_a_picture_is_gone(kind: str) -> None:
    assert SCRIPT not in encode_picture(drawn(kind) + SCRIPT).content
    assert SCRIPT not in encode_picture(drawn("JPEG", comment=SCRIPT)).content


def test_a_moving_picture_keeps_moving() -> None:
    written = io.BytesIO()
    frames = [Image.new("RGB", (10, 10), colour) for colour in ("#f00", "#0f0", "#00f")]
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:], duration=50, comment=SCRIPT)
    encoded = encode_picture(written.getvalue())
    assert (encoded.format, getattr(reopened(encoded), "n_frames", 1)) == ("gif", 3)
    assert SCRIPT not in encoded.content


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "SVG"),
        (b"<?xml version='1.0'?><svg/>", "SVG"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "SVG"),
        (b"GIF89a/*" + SCRIPT, "no picture"),
        (b"\x89PNG\r\n\x1a\n" + SCRIPT, "no picture"),
        (b"%PDF-1.7", "no picture"),
        (b"", "no picture"),
        (b"MZ\x90\x00", "no picture"),
        (b"\xff" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(raw: bytes, reason: str) -> None:
    with pytest.raises(NoPicture, match=reason):
        encode_picture(raw)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(NoPicture, match="too many pixels"):
        encode_picture(drawn(size=(20_000, 20_000), mode="1"))


@settings(deadline=None)
@given(st.integers(0, 200), st.binary(min_size=1, max_size=30))
def test_a_damaged_file_is_refused_or_mended_but_never_an_error(position: int, noise: bytes) -> None:
    raw = drawn()
    damaged = raw[:position] + noise + raw[position + len(noise) :]
    with contextlib.suppress(NoPicture):
        reopened(encode_picture(damaged)).load()


@pytest.mark.django_db
def test_the_same_picture_is_stored_once() -> None:
    first = store_picture(drawn(), name="a\nb.png", author="ada")
    assert store_picture(drawn(), name="again.png", author="ben") == first
    assert (Picture.objects.count(), first.name) == (1, "ab.png")
