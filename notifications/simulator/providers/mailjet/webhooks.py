"""How does Mailjet tell what happened to a mail?

https://dev.mailjet.com/email/guides/webhooks/
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from notifications.simulator.shapes import EventKind, Headers, Notice
from notifications.simulator.wording import JSON_TYPE, basic_header

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

BATCH = 50  # "We group together all the events of the last second for the same webhook URL"

_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_NO_MAILBOX = "550 5.1.1 The email account that you tried to reach does not exist"
_FULL = "452 4.2.2 The email account that you tried to reach is over quota"
_CLIENT = {"ip": "198.51.100.7", "geo": "DE", "agent": _AGENT}
_SHAPES: dict[EventKind, dict[str, Any]] = {
    EventKind.DELIVERED: {"event": "sent", "smtp_reply": "sent (250 2.0.0 OK)"},
    # There is no event of its own for a delay; "Delivery will be re-attempted".
    EventKind.DEFERRED: {
        "event": "bounce",
        "blocked": False,
        "hard_bounce": False,
        "error_related_to": "domain",
        "error": "greylisted",
        "comment": "450 4.7.1 Greylisted, try again later",
    },
    EventKind.BOUNCED: {
        "event": "bounce",
        "blocked": True,
        "hard_bounce": True,
        "error_related_to": "recipient",
        "error": "user unknown",
        "comment": _NO_MAILBOX,
    },
    EventKind.SOFT_BOUNCED: {
        "event": "bounce",
        "blocked": False,
        "hard_bounce": False,
        "error_related_to": "recipient",
        "error": "quota exceeded",
        "comment": _FULL,
    },
    EventKind.OPENED: {"event": "open", **_CLIENT},
    EventKind.CLICKED: {"event": "click", **_CLIENT},
    EventKind.COMPLAINED: {"event": "spam", "source": "JMRPP"},
    EventKind.UNSUBSCRIBED: {"event": "unsub", "mj_list_id": 0, **_CLIENT},
}


def describe(notice: Notice) -> dict[str, Any] | None:
    mail = notice.mail
    event = {
        **_SHAPES[notice.kind],
        "time": int(notice.at),
        "MessageID": int(notice.accept.provider_message_id),
        "Message_GUID": notice.identity,
        "email": notice.accept.recipient,
        "mj_campaign_id": 0,
        "mj_contact_id": 0,
        "customcampaign": mail.tags[0] if mail.tags else "",
        "CustomID": mail.header("X-MJ-CustomID"),
        "Payload": json.dumps(dict(mail.metadata)) if mail.metadata else "",
    }
    if notice.url:
        event["url"] = notice.url
    return event


def encode(events: Sequence[dict[str, Any]], account: Account, at: float) -> bytes:
    return json.dumps(list(events)).encode()


def sign(body: bytes, account: Account, identity: str, at: float) -> Headers:
    """Nothing is signed: `webhook_key` is `user:password` for basic authentication."""
    return (JSON_TYPE, *basic_header(account.webhook_key))
