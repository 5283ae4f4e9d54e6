from __future__ import annotations

import email
import re

from hypothesis import given
from hypothesis import strategies as st

from notifications.compose.encode import encode_value

ODD = st.sampled_from(
    [".", "..", "\n", "\r\n", "\r", " ", "\t", "=", "=20", "é", "😀", "\u2028", "a" * 75, "a" * 76, ". ", ".\n.\n"]
)
PIECE = st.lists(ODD | st.text(st.characters(exclude_categories=["Cs"]), max_size=90), max_size=8).map("".join)
HEADER = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
PART = b"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"


def through_smtp(body: bytes) -> bytes:
    """What the receiver has: the lines up to the lone dot, one leading dot taken off each."""
    lines: list[bytes] = []
    for line in (body + b"\r\n.\r\n").split(b"\r\n"):
        if line == b".":
            return b"\r\n".join(lines)
        lines.append(line.removeprefix(b"."))
    raise AssertionError("the message never ends")


def normal(text: str) -> str:
    return re.sub("\r\n?", "\n", text)


@given(st.lists(PIECE, max_size=6))
def test_joined_pieces_decode_to_the_joined_text(pieces):
    body = HEADER + PART + b"".join(map(encode_value, pieces)) + b"\r\n--b--"
    *_, part = email.message_from_bytes(through_smtp(body)).walk()
    decoded = part.get_payload(decode=True)
    assert isinstance(decoded, bytes)
    assert decoded.decode().replace("\r\n", "\n") == "".join(map(normal, pieces))


@given(PIECE)
def test_every_line_is_short_ascii_and_begins_without_a_dot(piece):
    for line in encode_value(piece).split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith(b".")
        assert not line.endswith((b" ", b"\t"))
        assert re.fullmatch(rb"[\t -~]*", line)
