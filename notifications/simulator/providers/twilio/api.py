"""What does Twilio answer to a call of its Messages resource?

https://www.twilio.com/docs/messaging/api/message-resource
https://www.twilio.com/docs/api/errors
"""

from __future__ import annotations

import re
import secrets
from email.utils import formatdate
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from notifications.simulator.shapes import Answer, Refused, Reply, Request
from notifications.simulator.wording import basic_login, json_reply

from .text import Text, TextBatch, count_segments

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

LARGEST = 64 * 1024
MOST_CHARACTERS = 1600
#: Its messages are texts for a phone, and are shown like that.
IS_TEXT = True

_PATH = re.compile(r"2010-04-01/Accounts/([^/]+)/Messages\.json\Z")
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}\Z")
_SENDER = re.compile(r"(\+[1-9][0-9]{2,14}|[A-Za-z0-9 &_-]{1,11})\Z")
_CODES = {
    400: (20001, "Bad request"),
    401: (20003, "Authenticate"),
    403: (20006, "Access denied"),
    404: (20404, "The requested resource was not found"),
    413: (20001, "Request body too large"),
    429: (20429, "Too Many Requests"),
    500: (20500, "Internal server error"),
    503: (20503, "Service unavailable"),
}


def find_key(request: Request) -> str:
    return basic_login(request)[0]


def check_secret(request: Request, account: Account) -> None:
    """The auth token; an account made without one takes any. Raises Refused."""
    if account.password and basic_login(request)[1] != account.password:
        raise Refused(refuse(401))


def refuse_key(key: str) -> Reply:
    return refuse(401)


def find_idempotency_key(request: Request) -> str | None:
    return None


def refuse(status: int, reason: str = "") -> Reply:
    code, message = _CODES.get(status, (20500, "Error"))
    return _refuse(status, code, reason or message)


def _refuse(status: int, code: int, message: str) -> Reply:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return json_reply(status, {"code": code, "message": message, "more_info": more, "status": status})


def read(request: Request, account: Account) -> TextBatch:
    check_secret(request, account)
    found = _PATH.match(request.path)
    if request.method != "POST" or found is None or found[1] != account.api_key:
        raise Refused(refuse(404))
    batch = reopen(request.path, "", request.body)
    _check(batch.text)
    return batch


def reopen(path: str, content_type: str, body: bytes) -> TextBatch:
    fields = parse_qs(body.decode(), keep_blank_values=True)
    one = {name: values[-1] for name, values in fields.items()}
    return TextBatch(
        Text(
            to=one.get("To", ""),
            sender=one.get("From") or one.get("MessagingServiceSid", ""),
            is_service=not one.get("From"),
            body=one.get("Body", ""),
            callback=one.get("StatusCallback", ""),
        )
    )


def _check(text: Text) -> None:
    if not text.sender:
        raise Refused(_refuse(400, 21603, "A 'From' phone number is required."))
    if not text.is_service and not _SENDER.match(text.sender):
        raise Refused(_refuse(400, 21212, f"Invalid From Number (caller ID): {text.sender}"))
    if not _NUMBER.match(text.to):
        raise Refused(_refuse(400, 21211, f"The 'To' number {text.to} is not a valid phone number."))
    if not text.body:
        raise Refused(_refuse(400, 21602, "Message body is required."))
    if len(text.body) > MOST_CHARACTERS:
        raise Refused(_refuse(400, 21617, "The concatenated message body exceeds the 1600 character limit."))


def answer(batch: TextBatch, account: Account, refused: frozenset[int]) -> Answer:
    """A queued message; who is refused said STOP to this sender."""
    text = batch.text
    if refused:
        raise Refused(_refuse(400, 21610, "Attempt to send to unsubscribed recipient"))
    identity = f"SM{secrets.token_hex(16)}"
    reply = json_reply(
        201,
        {
            "sid": identity,
            "account_sid": account.api_key,
            "status": "accepted" if text.is_service else "queued",
            "to": text.to,
            "from": None if text.is_service else text.sender,
            "messaging_service_sid": text.sender if text.is_service else None,
            "body": text.body,
            "num_segments": "0" if text.is_service else str(count_segments(text.body)),
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "date_created": formatdate(),
            "uri": f"/2010-04-01/Accounts/{account.api_key}/Messages/{identity}.json",
        },
    )
    return Answer(reply=reply, ids=[identity])
