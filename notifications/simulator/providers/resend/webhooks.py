"""How does Resend tell what happened to a mail?

https://resend.com/docs/dashboard/webhooks/event-types, signed as Svix does:
https://docs.svix.com/receiving/verifying-payloads/how-manual
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from notifications.simulator.addresses import split_addresses
from notifications.simulator.clock import as_iso
from notifications.simulator.shapes import EventKind, Headers, Notice
from notifications.simulator.wording import JSON_TYPE

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

BATCH = 1

_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_TYPES = {
    EventKind.DELIVERED: "email.delivered",
    EventKind.DEFERRED: "email.delivery_delayed",
    EventKind.BOUNCED: "email.bounced",
    EventKind.SOFT_BOUNCED: "email.bounced",
    EventKind.OPENED: "email.opened",
    EventKind.CLICKED: "email.clicked",
    EventKind.COMPLAINED: "email.complained",
}
_BOUNCES = {
    EventKind.BOUNCED: {
        "type": "Permanent",
        "subType": "General",
        "message": "The recipient's email provider sent a hard bounce message,"
        " but didn't specify the reason for the hard bounce.",
        "diagnosticCode": ["smtp; 550 5.1.1 user unknown"],
    },
    EventKind.SOFT_BOUNCED: {
        "type": "Transient",
        "subType": "MailboxFull",
        "message": "The recipient's email provider sent a bounce message because the recipient's inbox was full.",
        "diagnosticCode": ["smtp; 452 4.2.2 mailbox full"],
    },
}


def describe(notice: Notice) -> dict[str, Any] | None:
    """None for an unsubscription, of which Resend does not tell."""
    if notice.kind not in _TYPES:
        return None
    mail = notice.mail
    content: dict[str, Any] = {
        "email_id": notice.accept.provider_message_id,
        "created_at": as_iso(notice.accept.at),
        "from": mail.header("From"),
        "to": [address for _, address in split_addresses(mail.header("To"))],
        "subject": mail.subject,
        "headers": [{"name": name, "value": value} for name, value in mail.headers],
        "tags": [],
    }
    if notice.kind in _BOUNCES:
        content["bounce"] = _BOUNCES[notice.kind]
    if notice.kind is EventKind.CLICKED:
        content["click"] = {
            "ipAddress": "198.51.100.7",
            "link": notice.url,
            "timestamp": as_iso(notice.at),
            "userAgent": _AGENT,
        }
    return {"type": _TYPES[notice.kind], "created_at": as_iso(notice.at), "data": content}


def encode(events: Sequence[dict[str, Any]], account: Account, at: float) -> bytes:
    (event,) = events
    return json.dumps(event).encode()


def sign(body: bytes, account: Account, identity: str, at: float) -> Headers:
    """The id stays the same at each attempt, the timestamp does not."""
    secret = base64.b64decode(account.webhook_key.removeprefix("whsec_"))
    signed = b".".join((identity.encode(), str(int(at)).encode(), body))
    digest = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return (
        JSON_TYPE,
        ("svix-id", identity),
        ("svix-timestamp", str(int(at))),
        ("svix-signature", f"v1,{digest}"),
    )
