"""How does Postmark tell what happened to a mail?

https://postmarkapp.com/developer/webhooks/webhooks-overview
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from notifications.simulator.clock import as_iso
from notifications.simulator.shapes import EventKind, Headers, Notice
from notifications.simulator.wording import JSON_TYPE, basic_header

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

BATCH = 1

_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_NO_MAILBOX = "smtp;550 5.1.1 The email account that you tried to reach does not exist"
_FULL = "smtp;452 4.2.2 The email account that you tried to reach is over quota"
_SHAPES: dict[EventKind, dict[str, Any]] = {
    EventKind.DELIVERED: {"RecordType": "Delivery", "Details": "250 OK"},
    EventKind.DEFERRED: {
        "RecordType": "Bounce",
        "Type": "Transient",
        "TypeCode": 2,
        "Name": "Message delayed",
        "Details": _FULL,
    },
    EventKind.BOUNCED: {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "TypeCode": 1,
        "Name": "Hard bounce",
        "Description": "The server was unable to deliver your message (ex: unknown user).",
        "Details": _NO_MAILBOX,
        "Inactive": True,
    },
    EventKind.SOFT_BOUNCED: {
        "RecordType": "Bounce",
        "Type": "SoftBounce",
        "TypeCode": 4096,
        "Name": "Soft bounce",
        "Description": "Unable to temporarily deliver message (i.e. mailbox full).",
        "Details": _FULL,
        "Inactive": False,
    },
    EventKind.OPENED: {"RecordType": "Open", "FirstOpen": True, "UserAgent": _AGENT},
    EventKind.CLICKED: {"RecordType": "Click", "ClickLocation": "HTML", "UserAgent": _AGENT},
    EventKind.COMPLAINED: {
        "RecordType": "SpamComplaint",
        "Type": "SpamComplaint",
        "TypeCode": 512,
        "Name": "Spam complaint",
    },
    EventKind.UNSUBSCRIBED: {
        "RecordType": "SubscriptionChange",
        "SuppressSending": True,
        "SuppressionReason": "ManualSuppression",
        "Origin": "Recipient",
    },
}
# Which field says whom and which says when differs by record type.
_FIELDS = {
    "Delivery": ("Recipient", "DeliveredAt"),
    "Bounce": ("Email", "BouncedAt"),
    "SpamComplaint": ("Email", "BouncedAt"),
    "SubscriptionChange": ("Recipient", "ChangedAt"),
}


def describe(notice: Notice) -> dict[str, Any] | None:
    shape = _SHAPES[notice.kind]
    whom, when = _FIELDS.get(shape["RecordType"], ("Recipient", "ReceivedAt"))
    event = {
        **shape,
        whom: notice.accept.recipient,
        when: as_iso(notice.at),
        "MessageID": notice.accept.provider_message_id,
        "Metadata": dict(notice.mail.metadata),
        "MessageStream": "outbound",
        "ServerID": 1,
        "Tag": notice.mail.tags[0] if notice.mail.tags else "",
    }
    if "Type" in shape:  # only these have an id of their own
        event["ID"] = zlib.crc32(notice.identity.encode())
        event["Subject"] = notice.mail.subject
        event["From"] = notice.mail.header("From")
    if notice.url:
        event["OriginalLink"] = notice.url
    return event


def encode(events: Sequence[dict[str, Any]], account: Account, at: float) -> bytes:
    (event,) = events
    return json.dumps(event).encode()


def sign(body: bytes, account: Account, identity: str, at: float) -> Headers:
    """Nothing is signed: `webhook_key` is `user:password` for basic authentication."""
    return (JSON_TYPE, *basic_header(account.webhook_key))
