"""How does Mailgun tell what happened to a mail?

https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from notifications.simulator.shapes import EventKind, Headers, Notice
from notifications.simulator.wording import JSON_TYPE

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

BATCH = 1

_CLIENT = {
    "client-type": "browser",
    "client-os": "Linux",
    "device-type": "desktop",
    "client-name": "Firefox",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
}
_PASSED = {"code": 250, "message": "OK", "description": "", "attempt-no": 1, "tls": True}
_NO_MAILBOX = {
    "code": 550,
    "message": "5.1.1 The email account that you tried to reach does not exist",
    "description": "",
    "attempt-no": 1,
}
_FULL = {
    "code": 452,
    "message": "4.2.2 The email account that you tried to reach is over quota",
    "description": "",
    "attempt-no": 1,
    "retry-seconds": 600,
}
_SHAPES: dict[EventKind, dict[str, Any]] = {
    EventKind.DELIVERED: {"event": "delivered", "delivery-status": _PASSED},
    EventKind.DEFERRED: {
        "event": "failed",
        "severity": "temporary",
        "reason": "generic",
        "delivery-status": _FULL,
    },
    EventKind.BOUNCED: {
        "event": "failed",
        "severity": "permanent",
        "reason": "bounce",
        "delivery-status": _NO_MAILBOX,
    },
    # Given up on after its last retry: permanent, but with the last 4xx answer.
    EventKind.SOFT_BOUNCED: {
        "event": "failed",
        "severity": "permanent",
        "reason": "old",
        "delivery-status": _FULL,
    },
    EventKind.OPENED: {"event": "opened", "client-info": _CLIENT, "ip": "198.51.100.7"},
    EventKind.CLICKED: {"event": "clicked", "client-info": _CLIENT, "ip": "198.51.100.7"},
    EventKind.COMPLAINED: {"event": "complained"},
    EventKind.UNSUBSCRIBED: {"event": "unsubscribed", "client-info": _CLIENT},
}


def describe(notice: Notice) -> dict[str, Any] | None:
    mail = notice.mail
    event = {
        **_SHAPES[notice.kind],
        "id": notice.identity[:22],
        "timestamp": notice.at,
        "recipient": notice.accept.recipient,
        "recipient-domain": notice.accept.recipient.rpartition("@")[2],
        "user-variables": dict(mail.metadata),
        "tags": list(mail.tags),
        "flags": {"is-test-mode": False},
        "message": {
            "headers": {
                "to": mail.header("To"),
                "from": mail.header("From"),
                "subject": mail.subject,
                "message-id": mail.header("Message-Id").strip("<>"),
            }
        },
    }
    if notice.url:
        event["url"] = notice.url
    return event


def encode(events: Sequence[dict[str, Any]], account: Account, at: float) -> bytes:
    """The signature sits in the body, so that a repeat carries the same token."""
    (event,) = events
    timestamp = str(int(at))
    token = hashlib.sha256(f"{event['id']}{event['event']}".encode()).hexdigest()[:50]
    signature = hmac.new(account.webhook_key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    block = {"timestamp": timestamp, "token": token, "signature": signature}
    return json.dumps({"signature": block, "event-data": event}).encode()


def sign(body: bytes, account: Account, identity: str, at: float) -> Headers:
    return (JSON_TYPE,)
