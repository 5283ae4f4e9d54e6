"""How does each provider bring in a mail? Requests as they make them, for those that the simulator does not play."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.test import Client
from svix.webhooks import Webhook

from notifications.delivery.models import Provider

LOGIN = "postman:word"
SVIX = "whsec_" + base64.b64encode(b"a key of twenty-four b..").decode()
SECRETS = {"sendgrid": {"inbound_secret": LOGIN}, "resend": {"inbound_secret": SVIX}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A mail that somebody wrote to us."""

    to: str
    subject: str = "unsubscribe"
    sender: str = "dora@example.com"
    headers: tuple[tuple[str, str], ...] = ()
    identifier: str = "1@mail.example"

    @property
    def named(self) -> list[tuple[str, str]]:
        own = [("From", self.sender), ("To", self.to), ("Subject", self.subject)]
        return [*own, ("Message-ID", f"<{self.identifier}>"), *self.headers]

    @property
    def raw(self) -> str:
        return "".join(f"{name}: {value}\r\n" for name, value in self.named) + "\r\nPlease.\r\n"


def bring(provider: Provider, mail: Incoming, *, is_authentic: bool = True) -> int:
    """Have the provider bring the mail in; the status of our answer."""
    body, content_type, headers = _REQUESTS[provider.kind](mail)
    if provider.kind != "resend":
        login = LOGIN if is_authentic else "mallory:word"
        headers["authorization"] = "Basic " + base64.b64encode(login.encode()).decode()
    elif not is_authentic:
        headers["svix-signature"] = "v1,AAAA"
    path = f"/webhooks/{provider.kind}/{provider.webhook_key}/inbound/"
    return Client().post(path, data=body, content_type=content_type, headers=headers).status_code


_Request = tuple[bytes, str, dict[str, str]]


def _json(content: Any, **headers: str) -> _Request:
    return json.dumps(content).encode(), "application/json", dict(headers)


def _sendgrid(mail: Incoming) -> _Request:
    envelope = json.dumps({"to": [mail.to], "from": mail.sender})
    fields = {"email": mail.raw, "envelope": envelope, "to": mail.to}
    parts = [
        f'--frontier\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return ("".join(parts) + "--frontier--\r\n").encode(), "multipart/form-data; boundary=frontier", {}


def _sparkpost(mail: Incoming) -> _Request:
    content = {"email_rfc822": mail.raw, "email_rfc822_is_base64": False}
    relayed = {"protocol": "smtp", "rcpt_to": mail.to, "msg_from": mail.sender, "content": content}
    return _json([{"msys": {"relay_message": relayed}}])


def _mailjet(mail: Incoming) -> _Request:
    return _json(
        {"Sender": mail.sender, "Recipient": mail.to, "Headers": dict(mail.named), "Parts": [], "Text-part": "Please."}
    )


def _brevo(mail: Incoming) -> _Request:
    attachment = {"Name": "big.pdf", "DownloadToken": "never asked for", "ContentType": "application/pdf"}
    item = {"Uuid": [mail.identifier], "Headers": dict(mail.named), "RawTextBody": "x", "Attachments": [attachment]}
    return _json({"items": [item]})


def _ses(mail: Incoming) -> _Request:
    event = {
        "notificationType": "Received", "content": mail.raw,
        "mail": {"source": mail.sender, "messageId": mail.identifier, "timestamp": "2026-11-22T10:00:00.000Z"},
        "receipt": {"recipients": [mail.to], "action": {"type": "SNS", "encoding": "UTF8"}},
    }  # fmt: skip
    message = {"Type": "Notification", "MessageId": "m-1", "TopicArn": "arn:aws:sns:eu-central-1:1:in",
               "Message": json.dumps(event)}  # fmt: skip
    return _json(message, **{"x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": "m-1"})


def _resend(mail: Incoming) -> _Request:
    found = {"to": [mail.to], "from": mail.sender, "subject": mail.subject, "message_id": f"<{mail.identifier}>"}
    body = json.dumps({"type": "email.received", "created_at": "2026-11-22T10:00:00Z", "data": found})
    now = datetime.now(UTC)
    signature = Webhook(SVIX).sign("msg_1", now, body)
    head = {"svix-id": "msg_1", "svix-timestamp": str(int(now.timestamp())), "svix-signature": signature}
    return body.encode(), "application/json", head


_REQUESTS = {
    "sendgrid": _sendgrid, "sparkpost": _sparkpost, "mailjet": _mailjet, "brevo": _brevo, "ses": _ses,
    "resend": _resend,
}  # fmt: skip
