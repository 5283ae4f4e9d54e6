"""How does Brevo tell what happened to a mail?

https://developers.brevo.com/docs/transactional-webhooks
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

_NO_MAILBOX = "550 5.1.1 The email account that you tried to reach does not exist"
_FULL = "452 4.2.2 The email account that you tried to reach is over quota"
_SHAPES: dict[EventKind, dict[str, Any]] = {
    EventKind.DELIVERED: {"event": "delivered"},
    EventKind.DEFERRED: {"event": "deferred", "reason": _FULL},
    EventKind.BOUNCED: {"event": "hard_bounce", "reason": _NO_MAILBOX},
    EventKind.SOFT_BOUNCED: {"event": "soft_bounce", "reason": _FULL},
    EventKind.OPENED: {"event": "unique_opened"},
    EventKind.CLICKED: {"event": "click"},
    EventKind.COMPLAINED: {"event": "spam"},
    EventKind.UNSUBSCRIBED: {"event": "unsubscribe"},
}


def describe(notice: Notice) -> dict[str, Any] | None:
    mail = notice.mail
    event = {
        **_SHAPES[notice.kind],
        "id": zlib.crc32(notice.accept.account.encode()),  # of the webhook, not of the event
        "email": notice.accept.recipient,
        "subject": mail.subject,
        "message-id": notice.accept.provider_message_id,
        "date": as_iso(notice.at)[:19].replace("T", " "),
        "ts": int(notice.at),
        "ts_event": int(notice.at),
        "ts_epoch": int(notice.at * 1000),
        "sending_ip": "192.0.2.25",
    }
    custom = mail.header("X-Mailin-custom")
    if custom:
        event["X-Mailin-custom"] = custom
    if mail.tags:
        event["tags"] = list(mail.tags)
    if notice.url:
        event["link"] = notice.url
    return event


def encode(events: Sequence[dict[str, Any]], account: Account, at: float) -> bytes:
    (event,) = events
    return json.dumps(event).encode()


def sign(body: bytes, account: Account, identity: str, at: float) -> Headers:
    """Nothing is signed: `webhook_key` is `user:password` for basic authentication."""
    return (JSON_TYPE, *basic_header(account.webhook_key))
