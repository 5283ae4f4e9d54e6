"""How does a mail's text become bytes for SMTP, most of them once per version?

Quoted-printable (RFC 2045, 6.7), encoded piece by piece: each piece ends in a soft break, so
the next one begins a line of its own and pieces can be joined without looking at them. A dot
that begins a line is written =2E, so that SMTP has nothing to stuff and no value can end the
message.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Sequence
from functools import lru_cache

from notifications.compose.cutting import TOKEN, Document, Slot

LINE = 76  # octets, without CRLF
SOFT_BREAK = b"=\r\n"

EncodedDocument = tuple[bytes | Slot, ...]

_SHORT = 200
_CARRIAGE = re.compile(r"\r\n?")
_PLAIN = re.compile(r"[!-<>-~](?:[ -<>-~]{0,70}[!-<>-~])?")
_LITERAL = frozenset(range(33, 127)) - {ord("=")}
_BLANK = frozenset(b" \t")
_DOT = ord(".")


def encode_static(text: str) -> bytes:
    """A static piece; lines end in CRLF. An empty piece is no bytes at all."""
    return encode_value(text)


def encode_value(text: str) -> bytes:
    """One value, ready to stand between two encoded pieces."""
    return _encode_short(text) if len(text) <= _SHORT else _encode(text)


def _encode(text: str) -> bytes:
    if not text:
        return b""
    if text[0] != "." and _PLAIN.fullmatch(text):  # most values: short, plain, one line
        return text.encode("ascii") + SOFT_BREAK
    octets = _CARRIAGE.sub("\n", text).encode("utf-8", "replace")
    encoded = b2a_qp(octets, istext=True)
    if not _is_fit(encoded):
        encoded = _encode_slowly(octets)
    return encoded.replace(b"\n", b"\r\n") + SOFT_BREAK


#: A mail says the same thing twice, in its text and in its HTML, and many mails name the same town.
_encode_short = lru_cache(maxsize=512)(_encode)


@lru_cache(maxsize=512)
def encode_document(document: Document) -> EncodedDocument:
    """A version's document with its static pieces encoded; kept, for it is asked for per mail."""
    return tuple(piece if isinstance(piece, Slot) else encode_static(piece) for piece in document)


def fill_encoded(document: EncodedDocument, values: Sequence[bytes], *, token: bytes) -> list[bytes]:
    """One person's body, in pieces to be joined. `values` are the encoded regions of all the mail's documents,
    `token` the encoded token."""
    return [
        piece if isinstance(piece, bytes) else token if piece is TOKEN else values[piece.index] for piece in document
    ]


def _is_fit(encoded: bytes) -> bool:
    """Whether every line is short enough and begins with no dot: the library's encoder leaves
    leading dots alone, fills the last line, and forgets the length of a blank before a line's end."""
    lines = encoded.split(b"\n")
    return (
        not encoded.startswith(b".")
        and b"\n." not in encoded
        and len(lines[-1]) < LINE
        and max(map(len, lines)) <= LINE
    )


def _encode_slowly(octets: bytes) -> bytes:
    """Octet by octet, with dots at line beginnings written out. Lines end in LF."""
    lines: list[str] = []
    for line in octets.split(b"\n"):
        lines += _wrap(line)
    return "\n".join(lines).encode("ascii")


def _wrap(line: bytes) -> list[str]:
    """The lines that one line becomes; all but the last end in a soft break's `=`."""
    wrapped: list[str] = []
    current = ""
    for position, octet in enumerate(line):
        is_last = position == len(line) - 1
        form = _form(octet, is_first=not current, is_last=is_last)
        if len(current) + len(form) > LINE - 1:
            wrapped.append(current + "=")
            current, form = "", _form(octet, is_first=True, is_last=is_last)
        current += form
    return [*wrapped, current]


def _form(octet: int, *, is_first: bool, is_last: bool) -> str:
    is_kept = octet in _LITERAL or (octet in _BLANK and not is_last)
    return f"={octet:02X}" if not is_kept or (octet == _DOT and is_first) else chr(octet)
