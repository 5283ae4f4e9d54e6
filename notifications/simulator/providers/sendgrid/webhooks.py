"""How does SendGrid tell what happened to a mail?

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from notifications.simulator.shapes import EventKind, Headers, Notice
from notifications.simulator.wording import JSON_TYPE

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

BATCH = 500

_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_NO_MAILBOX = "550 5.1.1 The email account that you tried to reach does not exist"
_FULL = "452 4.2.2 The email account that you tried to reach is over quota"
_SHAPES: dict[EventKind, dict[str, Any]] = {
    EventKind.DELIVERED: {"event": "delivered", "response": "250 OK"},
    EventKind.DEFERRED: {"event": "deferred", "response": _FULL, "attempt": "1"},
    EventKind.BOUNCED: {
        "event": "bounce",
        "type": "bounce",
        "status": "5.1.1",
        "reason": _NO_MAILBOX,
    },
    EventKind.SOFT_BOUNCED: {
        "event": "bounce",
        "type": "blocked",
        "status": "4.2.2",
        "reason": _FULL,
    },
    EventKind.OPENED: {"event": "open", "useragent": _AGENT, "ip": "198.51.100.7"},
    EventKind.CLICKED: {"event": "click", "useragent": _AGENT, "ip": "198.51.100.7"},
    EventKind.COMPLAINED: {"event": "spamreport"},
    EventKind.UNSUBSCRIBED: {"event": "unsubscribe"},
}


def describe(notice: Notice) -> dict[str, Any] | None:
    accept = notice.accept
    event = {
        # Unique arguments lie flat beside the event's own fields, which win.
        **notice.mail.metadata,
        **_SHAPES[notice.kind],
        "email": accept.recipient,
        "timestamp": int(notice.at),
        "smtp-id": notice.mail.header("Message-ID"),
        "sg_event_id": base64.urlsafe_b64encode(notice.identity.encode()).decode().rstrip("="),
        "sg_message_id": f"{accept.provider_message_id}.recvd-simulator-{accept.position}.0",
    }
    if notice.mail.tags:
        event["category"] = list(notice.mail.tags)
    if notice.url:
        event["url"] = notice.url
    return event


def encode(events: Sequence[dict[str, Any]], account: Account, at: float) -> bytes:
    return json.dumps(list(events)).encode()


@lru_cache(maxsize=64)
def _private_key(pem: str) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("a SendGrid account's webhook_key must be an EC private key")
    return key


def sign(body: bytes, account: Account, identity: str, at: float) -> Headers:
    timestamp = str(int(at))
    signature = _private_key(account.webhook_key).sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return (
        JSON_TYPE,
        ("x-twilio-email-event-webhook-signature", base64.b64encode(signature).decode()),
        ("x-twilio-email-event-webhook-timestamp", timestamp),
    )
