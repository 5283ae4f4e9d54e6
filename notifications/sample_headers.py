"""Which headers would a mail of a template carry? Made by the code that makes them for sending."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from notifications.compose.render import Values
from notifications.delivery.mail import Member, is_refusable, own_headers, shared_headers
from notifications.delivery.senders import identity_of
from notifications.usages import streams_of, type_using
from preferences.leave_mail import leave_mailbox
from preferences.links import Leave, unsubscribe_url

_NO_ID = UUID(int=0)


def headers_of(
    template_key: str, contact: Mapping[str, Any], *, subject: str, type_key: str = ""
) -> tuple[tuple[str, str], ...]:
    """Who it is from, to whom, its subject, then the rest by name. Its way out belongs to nobody: the contact is 0."""
    kind = type_using(template_key, type_key)
    stream = str(kind.stream) if kind else streams_of(template_key)[0]
    is_required = bool(kind and kind.is_required)
    identity = identity_of(stream)
    shared = shared_headers(
        stream=stream, type_key=kind.key if kind else template_key, source="", topic_key=kind.topic if kind else "",
        is_required=is_required,
    )  # fmt: skip
    own = _own_headers(identity.sender, is_refusable=is_refusable(stream, is_required=is_required))
    first = (("From", identity.sender), ("To", _mailbox(contact)), ("Subject", subject))
    return (*first, *sorted({**shared, **own}.items()))


def _own_headers(sender: str, *, is_refusable: bool) -> dict[str, str]:
    leave = unsubscribe_url(Leave(contact_id=0, topic_id=0, message_id=_NO_ID)) if is_refusable else ""
    member = Member(
        message_id=_NO_ID, address="", name="", values=Values(regions=(), targets=()), token="",
        unsubscribe_url=leave, leave_mailbox=leave_mailbox(leave),
    )  # fmt: skip
    return own_headers(member, sender=sender)


def _mailbox(contact: Mapping[str, Any]) -> str:
    name = " ".join(str(contact.get(one) or "") for one in ("first_name", "last_name")).strip()
    address = str(contact.get("email") or "")
    return f"{name} <{address}>" if name else address
