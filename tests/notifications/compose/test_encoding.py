from __future__ import annotations

import pytest

from notifications.compose.cutting import TOKEN, Slot
from notifications.compose.encode import encode_document, encode_value, fill_encoded


@pytest.mark.parametrize(("text", "expected"), [
    ("", b""),
    ("Ada", b"Ada=\r\n"),
    (".", b"=2E=\r\n"),
    (".a\n.b", b"=2Ea\r\n=2Eb=\r\n"),
    ("a=b", b"a=3Db=\r\n"),
    ("a \nb\t", b"a=20\r\nb=09=\r\n"),
    ("a\r\nb\rc", b"a\r\nb\r\nc=\r\n"),
    ("é", b"=C3=A9=\r\n"),
    ("😀", b"=F0=9F=98=80=\r\n"),
])  # fmt: skip
def test_a_value_is_encoded(text, expected):
    assert encode_value(text) == expected


@pytest.mark.parametrize("length", range(60, 160))
@pytest.mark.parametrize("letter", ["a", ".", " ", "é"])
def test_no_line_is_longer_than_76_octets(letter, length):
    assert max(map(len, encode_value(letter * length).split(b"\r\n"))) <= 76


def test_pieces_are_joined_without_looking_at_them():
    encoded = encode_document(("Hello ", Slot(index=1), ", ", TOKEN))
    pieces = fill_encoded(encoded, [b"", encode_value("Ada")], token=encode_value("t"))
    assert b"".join(pieces) == (b"Hello=20=\r\nAda=\r\n,=20=\r\nt=\r\n")
