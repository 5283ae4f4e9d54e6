"""How does SparkPost tell what happened to a mail?

https://developers.sparkpost.com/api/webhooks/
https://support.sparkpost.com/docs/deliverability/bounce-classification-codes
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from notifications.simulator.shapes import EventKind, Headers, Notice
from notifications.simulator.wording import JSON_TYPE, basic_header

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

BATCH = 350  # "from 1 to 350 or more events"

_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_NO_MAILBOX = "550 5.1.1 The email account that you tried to reach does not exist"
_FULL = "452 4.2.2 The email account that you tried to reach is over quota"
_SEEN = {"user_agent": _AGENT, "ip_address": "198.51.100.7", "user_agent_parsed": {"is_prefetched": False}}
# Kind -> the class of the event, under which it is nested, and its own fields.
_SHAPES: dict[EventKind, tuple[str, dict[str, Any]]] = {
    EventKind.DELIVERED: ("message_event", {"type": "delivery"}),
    EventKind.DEFERRED: ("message_event", {"type": "delay", "bounce_class": "22", "raw_reason": _FULL}),
    EventKind.BOUNCED: ("message_event", {"type": "bounce", "bounce_class": "10", "raw_reason": _NO_MAILBOX}),
    EventKind.SOFT_BOUNCED: ("message_event", {"type": "bounce", "bounce_class": "22", "raw_reason": _FULL}),
    EventKind.OPENED: ("track_event", {"type": "open", **_SEEN}),
    EventKind.CLICKED: ("track_event", {"type": "click", **_SEEN}),
    EventKind.COMPLAINED: ("message_event", {"type": "spam_complaint", "fbtype": "abuse"}),
    EventKind.UNSUBSCRIBED: ("unsubscribe_event", {"type": "list_unsubscribe"}),
}


def describe(notice: Notice) -> dict[str, Any] | None:
    event_class, shape = _SHAPES[notice.kind]
    mail = notice.mail
    event = {
        **shape,
        "event_id": str(zlib.crc32(notice.identity.encode()) + (zlib.adler32(notice.identity.encode()) << 32)),
        "timestamp": str(int(notice.at)),
        "transmission_id": notice.accept.provider_message_id,
        "message_id": mail.header("Message-ID").strip("<>").partition("@")[0],
        "raw_rcpt_to": notice.accept.recipient,
        "rcpt_to": notice.accept.recipient.lower(),
        "rcpt_meta": dict(mail.metadata),
        "subject": mail.subject,
        "friendly_from": mail.header("From"),
    }
    if mail.tags:
        event["campaign_id"] = mail.tags[0]
    if notice.url:
        event["target_link_url"] = notice.url
    return {"msys": {event_class: event}}


def encode(events: Sequence[dict[str, Any]], account: Account, at: float) -> bytes:
    return json.dumps(list(events)).encode()


def sign(body: bytes, account: Account, identity: str, at: float) -> Headers:
    """Nothing is signed: `webhook_key` is `user:password` for basic authentication."""
    return (JSON_TYPE, ("x-messagesystems-batch-id", identity), *basic_header(account.webhook_key))
