"""How does a recipient reach Anymail's payloads without being parsed again?

Our addresses were normalised when they came in. Anymail parses what it is given, twice, which for a batch of a
thousand costs more than all the rest of it.
"""

from __future__ import annotations

import re
from typing import Any

from anymail.backends.base import BasePayload
from anymail.exceptions import AnymailInvalidAddress
from anymail.utils import EmailAddress, last

from notifications.delivery.mail import Member

#: What stands in a header as it is: no quoting (RFC 5322 3.2.3), no white space that parsing would change.
PLAIN_NAME = re.compile(r'[^\s\x00-\x1f\x7f()<>@,:;.\\"\[\]]+(?: [^\s\x00-\x1f\x7f()<>@,:;.\\"\[\]]+)*')
_PLAIN_ADDRESS = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[a-z0-9.-]+")


class Mailbox(EmailAddress):  # type: ignore[misc] # Anymail is not typed
    """Anymail's address, made from what is known to be plain; its texts are those that parsing would give."""

    display_name = ""
    addr_spec = ""

    def __init__(self, display_name: str, addr_spec: str) -> None:  # not the base class's: it parses
        self.display_name = display_name
        self.addr_spec = addr_spec

    @property
    def username(self) -> str:
        return self.addr_spec.rpartition("@")[0]

    @property
    def domain(self) -> str:
        return self.addr_spec.rpartition("@")[2]

    @property
    def uses_eai(self) -> bool:
        return False

    def format(self, *, use_rfc2047: bool = False, idna_encode: Any = None) -> str:
        """Name and address as in a header; a non-ASCII name as it is, unless an encoded word is asked for."""
        name = self.format_display_name(use_rfc2047=use_rfc2047)
        return f"{name} <{self.addr_spec}>" if name else self.addr_spec

    def format_addr_spec(self, *, idna_encode: Any = None) -> str:
        return self.addr_spec


def recipient(member: Member) -> EmailAddress:
    """A member as a recipient; raises AnymailInvalidAddress for an address that is none to Anymail."""
    if _PLAIN_ADDRESS.fullmatch(member.address) and (not member.name or PLAIN_NAME.fullmatch(member.name)):
        return Mailbox(member.name, member.address)
    return EmailAddress(display_name=member.name, addr_spec=member.address)


def is_recipient(member: Member) -> bool:
    """Whether mail can be addressed to a member at all."""
    try:
        recipient(member)
    except AnymailInvalidAddress:
        return False
    return True


def _without_work(attributes: tuple[tuple[str, Any, Any], ...]) -> tuple[tuple[str, Any, Any], ...]:
    """A payload's table of (attribute, combiner, converter), with the costly ones for large batches replaced."""
    ready = {"to", "merge_data", "merge_metadata"}
    return tuple((name, last, None) if name in ready else (name, *rest) for name, *rest in attributes)


class ReadyPayload(BasePayload):  # type: ignore[misc] # Anymail is not typed
    """Mix in before an Anymail payload: recipients and each one's values are taken as they are, not copied."""

    base_message_attrs = _without_work(BasePayload.base_message_attrs)
    anymail_message_attrs = _without_work(BasePayload.anymail_message_attrs)
