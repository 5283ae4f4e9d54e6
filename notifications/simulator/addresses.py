"""Is this an address, and whose?"""

from __future__ import annotations

import re
from email.utils import formataddr, getaddresses

# Deliberately plain: what the providers' own checks have in common. A quoted local
# part is legal mail but refused by most of them.
_BARE = re.compile(
    r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]+@[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f.]+"
    r"(?:\.[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f.]+)*\Z"
)
_NAMED = re.compile(r"\s*(?P<name>[^<>\"\r\n]*?)\s*<(?P<address>[^<>\r\n]+)>\s*\Z")


def is_address(text: str) -> bool:
    """True for a bare `local@domain` of sane length without control characters."""
    return len(text) <= 320 and _BARE.match(text) is not None and _is_encodable(text)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def split_address(text: str) -> tuple[str, str]:
    """`Name <address>` or `address` as (name, address); the address is "" when it is none."""
    if is_address(text):
        return "", text
    named = _NAMED.match(text)
    if named is not None:
        return named["name"], named["address"] if is_address(named["address"]) else ""
    found = getaddresses([text])
    if len(found) != 1 or not is_address(found[0][1]):
        return "", ""
    return found[0]


def split_addresses(text: str) -> list[tuple[str, str]]:
    """A comma-separated list of addresses as (name, address) pairs; "" marks a bad one."""
    if "," not in text:
        return [split_address(text)]
    return [(name, address if is_address(address) else "") for name, address in getaddresses([text])]


def join_address(name: str, address: str) -> str:
    """`Name <address>`, unencoded: headers are kept decoded, as a person reads them."""
    if not name:
        return address
    if name.isascii():
        return formataddr((name, address))
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>' if any(c in name for c in ',;:<>@"()') else f"{name} <{address}>"
