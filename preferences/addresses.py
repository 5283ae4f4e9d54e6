"""When are two e-mail addresses the same, and when is one no address at all?"""

from __future__ import annotations

import re

import idna
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

_validate = EmailValidator()
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
#: How nearly all addresses look: they need no closer look, and a million of them no minute.
_PLAIN = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)
_MAX_ADDRESS = 254  # RFC 5321 4.5.3.1.3, less the angle brackets
_MAX_LOCAL = 64  # RFC 5321 4.5.3.1.1


class BadAddress(ValueError):
    """The text is not a mailbox that mail can be sent to; the message says why."""


def normalise_address(text: str) -> str:
    """The one spelling of an address: case folded, domain in punycode. Raises BadAddress.

    Contacts are unique on it and suppression looks up by it.
    """
    plain = text.lower()
    if text.isascii() and len(plain) <= _MAX_LOCAL and _PLAIN.fullmatch(plain):
        return plain
    if _CONTROL.search(text):
        raise BadAddress("the address contains a control character")
    local, at, domain = text.strip().rpartition("@")
    if not at or not local or not domain:
        raise BadAddress("the address has no @ between a name and a domain")
    address = f"{local.casefold()}@{_punycode(domain)}"
    if len(local) > _MAX_LOCAL or len(address) > _MAX_ADDRESS:
        raise BadAddress("the address is longer than mail allows (64 before the @, 254 in all)")
    try:
        _validate(address)
    except ValidationError:
        raise BadAddress("the address is not of the form name@domain") from None
    return address


def domain_of(address: str) -> str:
    """The domain of a normalised address."""
    return address.rpartition("@")[2]


def _punycode(domain: str) -> str:
    if domain.isascii():
        return domain.casefold()
    try:
        return idna.encode(domain.casefold(), uts46=True).decode()
    except idna.IDNAError:
        raise BadAddress("the domain of the address is not a valid international name") from None
