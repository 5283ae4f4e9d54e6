"""How does Amazon SES tell what happened to a mail? Through Amazon SNS, one event in one message.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html
https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html

The signature is for show: nobody can check it without Amazon's certificate. The login is sent unasked, while SNS waits
for a 401.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from notifications.simulator.addresses import split_address
from notifications.simulator.clock import as_iso
from notifications.simulator.shapes import EventKind, Headers, Notice
from notifications.simulator.wording import basic_header

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

BATCH = 1
TOPIC = "arn:aws:sns:us-east-1:123456789012:simulated"

_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_NO_MAILBOX = "smtp; 550 5.1.1 The email account that you tried to reach does not exist"
_FULL = "smtp; 452 4.2.2 The email account that you tried to reach is over quota"


def describe(notice: Notice) -> dict[str, Any] | None:
    """An SNS message; None for an unsubscription, of which SES tells for its own lists only."""
    made = _make_event(notice)
    if made is None:
        return None
    name, key, fields = made
    event = {
        "eventType": name,
        key: {"timestamp": as_iso(notice.at), **fields},
        "mail": _make_mail(notice),
    }
    return {
        "Type": "Notification",
        "MessageId": str(uuid.uuid5(uuid.NAMESPACE_OID, notice.identity)),
        "TopicArn": TOPIC,
        "Subject": "Amazon SES Email Event Notification",
        "Message": json.dumps(event),
        "Timestamp": as_iso(notice.at),
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertURL": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-example.pem",
        "UnsubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=" + TOPIC,
    }


def _make_event(notice: Notice) -> tuple[str, str, dict[str, Any]] | None:
    """The event's type, the field that holds what is special about it, and that."""
    person = notice.accept.recipient
    seen = {"ipAddress": "198.51.100.7", "userAgent": _AGENT}
    made: dict[EventKind, tuple[str, str, dict[str, Any]]] = {
        EventKind.DELIVERED: ("Delivery", "delivery", {"recipients": [person], "smtpResponse": "250 OK"}),
        EventKind.DEFERRED: ("DeliveryDelay", "deliveryDelay", _delay(person)),
        EventKind.BOUNCED: ("Bounce", "bounce", _bounce(person, "Permanent", "General", _NO_MAILBOX)),
        EventKind.SOFT_BOUNCED: ("Bounce", "bounce", _bounce(person, "Transient", "MailboxFull", _FULL)),
        EventKind.OPENED: ("Open", "open", seen),
        EventKind.CLICKED: ("Click", "click", {**seen, "link": notice.url, "linkTags": None}),
        EventKind.COMPLAINED: ("Complaint", "complaint", _complaint(person)),
    }
    return made.get(notice.kind)


def _delay(person: str) -> dict[str, Any]:
    delayed = {"emailAddress": person, "status": "4.2.2", "diagnosticCode": _FULL}
    return {"delayType": "MailboxFull", "delayedRecipients": [delayed]}


def _bounce(person: str, kind: str, detail: str, answer: str) -> dict[str, Any]:
    bounced = {"emailAddress": person, "action": "failed", "status": answer.split()[2], "diagnosticCode": answer}
    return {"bounceType": kind, "bounceSubType": detail, "bouncedRecipients": [bounced]}


def _complaint(person: str) -> dict[str, Any]:
    return {"complainedRecipients": [{"emailAddress": person}], "complaintFeedbackType": "abuse", "userAgent": _AGENT}


def _make_mail(notice: Notice) -> dict[str, Any]:
    mail = notice.mail
    return {
        "timestamp": as_iso(notice.accept.at),
        "messageId": notice.accept.provider_message_id,
        "source": split_address(mail.header("From"))[1],
        "destination": [notice.accept.recipient],
        "headersTruncated": False,
        "headers": [{"name": name, "value": value} for name, value in mail.headers],
        "commonHeaders": {"subject": mail.subject, "messageId": notice.accept.provider_message_id},
        "tags": {"ses:operation": ["SendEmail"]},
    }


def encode(events: Sequence[dict[str, Any]], account: Account, at: float) -> bytes:
    (event,) = events
    return json.dumps(event, indent=2).encode()


def sign(body: bytes, account: Account, identity: str, at: float) -> Headers:
    """`webhook_key` is `user:password` for basic authentication; SNS repeats some of the body in headers."""
    message = json.loads(body) if body else {}
    return (
        ("content-type", "text/plain; charset=UTF-8"),
        ("x-amz-sns-message-type", message.get("Type", "")),
        ("x-amz-sns-message-id", message.get("MessageId", "")),
        ("x-amz-sns-topic-arn", message.get("TopicArn", "")),
        *basic_header(account.webhook_key),
    )
