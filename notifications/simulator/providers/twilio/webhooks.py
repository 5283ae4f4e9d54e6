"""How does Twilio tell what happened to a message, and what its recipient answered?

https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
https://www.twilio.com/docs/messaging/guides/webhook-request
https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from notifications.simulator.shapes import EventKind, Headers, Notice

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

BATCH = 1

_STATUSES: dict[EventKind, dict[str, str]] = {
    EventKind.DELIVERED: {"MessageStatus": "delivered"},
    EventKind.BOUNCED: {"MessageStatus": "undelivered", "ErrorCode": "30005"},
    EventKind.SOFT_BOUNCED: {"MessageStatus": "undelivered", "ErrorCode": "30003"},
}


def describe(notice: Notice) -> dict[str, Any] | None:
    """A status, or for an unsubscribe the answer STOP. Nobody opens, clicks or reports a text message."""
    sender = notice.mail.header("From")
    if notice.kind is EventKind.UNSUBSCRIBED:
        sid = "SM" + hashlib.sha256(notice.identity.encode()).hexdigest()[:32]
        return {"MessageSid": sid, "SmsStatus": "received", "From": notice.accept.recipient, "To": sender,
                "Body": "STOP", "NumMedia": "0", "NumSegments": "1", "ApiVersion": "2010-04-01"}  # fmt: skip
    if notice.kind not in _STATUSES:
        return None
    sid = notice.accept.provider_message_id
    status = _STATUSES[notice.kind]
    return {**status, "MessageSid": sid, "SmsSid": sid, "SmsStatus": status["MessageStatus"],
            "To": notice.accept.recipient, "From": sender, "ApiVersion": "2010-04-01"}  # fmt: skip


def find_address(notice: Notice, account: Account) -> str:
    """A status goes where the message said, on the account's own host (a simulator calls no strangers); an answer
    where the number is set up to send it."""
    wanted = notice.mail.header("Status-Callback")
    is_ours = urlsplit(wanted).netloc == urlsplit(account.webhook_url).netloc
    return wanted if is_ours and notice.kind is not EventKind.UNSUBSCRIBED else account.webhook_url


def encode(events: Sequence[dict[str, Any]], account: Account, at: float) -> bytes:
    (event,) = events
    return urlencode({**event, "AccountSid": account.api_key}).encode()


def sign(body: bytes, account: Account, identity: str, at: float) -> Headers:
    """HMAC-SHA1 over the address and the fields in order of name; `webhook_key` is the auth token."""
    fields = parse_qs(body.decode(), keep_blank_values=True)
    told = account.webhook_url + "".join(f"{name}{value}" for name in sorted(fields) for value in sorted(fields[name]))
    signature = hmac.new(account.webhook_key.encode(), told.encode(), hashlib.sha1).digest()
    return (
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-twilio-signature", base64.b64encode(signature).decode()),
    )
