"""What does a mail look like on the wire? Headers made per person, bodies joined from pieces encoded once."""

from __future__ import annotations

from collections.abc import Mapping
from email.header import Header
from email.headerregistry import Address
from email.utils import format_datetime, parseaddr

from django.utils import timezone

from notifications.compose.encode import encode_document, encode_value, join_encoded
from notifications.delivery.mail import Member, Parcel

_PART = (
    "--{boundary}\r\nContent-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
)


def write_mail(parcel: Parcel, member: Member) -> bytes:
    """One member's mail as bytes with CRLF line ends; no line opens with a dot."""
    values = [encode_value(value) for value in member.values.regions]
    token = encode_value(member.token)
    boundary = f"=_{member.message_id.hex}"
    bodies = [
        b"".join(
            [
                _PART.format(boundary=boundary, subtype=subtype).encode(),
                join_encoded(encode_document(document), values, token=token),
                b"\r\n",
            ]
        )
        for subtype, document in (("plain", parcel.version.text), ("html", parcel.version.html))
    ]
    return b"".join([_head(parcel, member, boundary), *bodies, f"--{boundary}--\r\n".encode()])


def _head(parcel: Parcel, member: Member, boundary: str) -> bytes:
    headers = {
        "From": format_mailbox(*parseaddr(parcel.sender)),
        "To": format_mailbox(member.name, member.address),
        "Subject": parcel.subject(member),
        "Date": format_datetime(timezone.now()),
        **parcel.headers,
        **parcel.own_headers(member),
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
    }
    return (write_headers(headers) + "\r\n").encode("ascii")


def write_headers(headers: Mapping[str, str]) -> str:
    """Header lines, non-ASCII text as encoded words. Raises ValueError for a value that would open another header.

    A List-Unsubscribe address stays on one line: folded, some servers break its signature.
    """
    return "".join(f"{name}: {_value(name, value)}\r\n" for name, value in headers.items())


def format_mailbox(name: str, address: str) -> str:
    """A display name and an address as they stand in a header."""
    if not name.isascii():
        return f"{Header(name, 'utf-8').encode()} <{address}>"
    return str(Address(display_name=name, addr_spec=address))


def _value(name: str, value: str) -> str:
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise ValueError(f"the header {name} holds a control character")
    if value.isascii() and len(value) < 900:
        return value
    return Header(value, "utf-8", header_name=name).encode(linesep="\r\n")
