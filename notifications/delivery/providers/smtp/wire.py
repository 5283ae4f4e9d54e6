"""What does a mail look like on the wire? Headers made per person, bodies joined from pieces encoded once."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from itertools import chain

from notifications.compose.encode import EncodedDocument, encode_document, encode_value, fill_encoded
from notifications.delivery.mail import Member, Parcel
from notifications.delivery.providers.recipients import PLAIN_NAME

_PART = (
    "--{boundary}\r\nContent-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CRLF = "\r\n"
_SAFE_LINE = 900  # RFC 5322 2.1.1 allows 998 with the header's name


class MailWriter:
    """Writes the mails of one parcel; what they share is written once.

    The boundary of their parts stands in no body: quoted-printable has no `=_`.
    """

    def __init__(self, parcel: Parcel) -> None:
        boundary = f"=_{parcel.call_id.hex}"
        self._parcel = parcel
        self._from = f"From: {format_mailbox(*parseaddr(parcel.sender))}\r\n"
        self._shared = write_headers(parcel.headers)
        self._form = write_headers(
            {"MIME-Version": "1.0", "Content-Type": f'multipart/alternative; boundary="{boundary}"'}
        )
        self._body = _encode_body(parcel, boundary)

    def write(self, member: Member) -> list[bytes]:
        """One member's mail with CRLF line ends; no line opens with a dot. Raises ValueError for a bad header.

        In pieces, since each copy of a mail on its way costs as much as writing it.
        """
        values = [encode_value(value) for value in member.values.regions]
        return [self._head(member), *fill_encoded(self._body, values, token=encode_value(member.token))]

    def _head(self, member: Member) -> bytes:
        parcel = self._parcel
        lines = [
            self._from,
            f"To: {format_mailbox(member.name, member.address)}\r\n",
            write_headers({"Subject": parcel.subject(member)}),
            f"Date: {_date(int(time.time()))}\r\n",
            self._shared,
            write_headers(parcel.own_headers(member)),
            self._form,
            "\r\n",
        ]
        return "".join(lines).encode()


def _encode_body(parcel: Parcel, boundary: str) -> EncodedDocument:
    """All parts between their boundaries as one encoded document, up to the last boundary's CRLF.

    An AMP part stands before the HTML, since some programs show the last part only:
    https://amp.dev/documentation/guides-and-tutorials/learn/email-spec/amp-email-structure
    """
    pieces: list[EncodedDocument] = []
    version = parcel.version
    for subtype, document in (("plain", version.text), ("x-amp-html", version.amp), ("html", version.html)):
        if subtype == "x-amp-html" and not document:
            continue
        opening = _PART.format(boundary=boundary, subtype=subtype).encode()
        pieces.append((opening, *encode_document(document), b"\r\n"))
    return _merged([*chain.from_iterable(pieces), f"--{boundary}--\r\n".encode()])


def _merged(pieces: Iterable[bytes | object]) -> EncodedDocument:
    """Neighbouring static pieces as one."""
    merged: list[bytes | object] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if isinstance(piece, bytes) and isinstance(last, bytes):
            merged[-1] = last + piece
        else:
            merged.append(piece)
    return tuple(merged)  # type: ignore[arg-type] # what is no bytes is a slot


@lru_cache(maxsize=4)
def _date(second: int) -> str:
    return format_datetime(datetime.fromtimestamp(second, UTC))


def write_headers(headers: Mapping[str, str]) -> str:
    """Header lines, non-ASCII text as encoded words. Raises ValueError for a value that would open another header.

    A List-Unsubscribe address stays on one line: folded, some servers break its signature.
    """
    return "".join([f"{name}: {_value(name, value)}\r\n" for name, value in headers.items()])


def format_mailbox(name: str, address: str) -> str:
    """A display name and an address as they stand in a header; an international address as it is (RFC 6532).

    Raises ValueError for what would open another header.
    """
    if not name or (name.isascii() and PLAIN_NAME.fullmatch(name)):
        mailbox = f"{name} <{address}>" if name else address
        return _without_controls(mailbox, "an address line")
    _without_controls(name + address, "an address line")
    if not name.isascii():
        return f"{Header(name, 'utf-8').encode(linesep=_CRLF)} <{address}>"
    local, _, domain = address.rpartition("@")
    return str(Address(display_name=name, username=local, domain=domain))


def _value(name: str, value: str) -> str:
    _without_controls(value, f"the header {name}")
    return value if value.isascii() and len(value) < _SAFE_LINE else _encoded(name, value)


def _without_controls(value: str, name: str) -> str:
    if _CONTROL.search(value):
        raise ValueError(f"{name} holds a control character")
    return value


@lru_cache(maxsize=256)
def _encoded(name: str, value: str) -> str:
    return Header(value, "utf-8", header_name=name).encode(linesep=_CRLF)
