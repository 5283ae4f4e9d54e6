"""What does SendGrid answer to a call of its `mail/send` endpoint?

https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
"""

from __future__ import annotations

import base64
import itertools
import secrets
from typing import TYPE_CHECKING

from notifications.simulator.shapes import Answer, Refused, Reply, Request
from notifications.simulator.wording import bearer_key, json_reply, read_json

from .checks import Fault, find_faults
from .mail import SendGridBatch

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

LARGEST = 30 * 1024 * 1024
MOST_FAULTS_SHOWN = 20

_MESSAGES = {
    401: "The provided authorization grant is invalid, expired, or revoked",
    404: "Not Found",
    413: "Payload too large",
    429: "too many requests",
}


def find_key(request: Request) -> str:
    return bearer_key(request)


def refuse_key(key: str) -> Reply:
    return refuse(401)


def find_idempotency_key(request: Request) -> str | None:
    return None


def refuse(status: int, reason: str = "") -> Reply:
    return _faulty(status, [("", reason or _MESSAGES.get(status, "Internal Server Error"))])


def _faulty(status: int, faults: list[Fault]) -> Reply:
    errors = [{"message": text, "field": field or None, "help": None} for field, text in faults]
    return json_reply(status, {"errors": errors})


def read(request: Request, account: Account) -> SendGridBatch:
    if request.method != "POST" or request.path.rstrip("/") != "v3/mail/send":
        raise Refused(refuse(404))
    try:
        call = read_json(request.body)
    except ValueError as error:
        raise Refused(refuse(400, "Bad Request")) from error
    faults = list(itertools.islice(find_faults(call), MOST_FAULTS_SHOWN))
    if faults:
        raise Refused(_faulty(400, faults))
    return SendGridBatch(call)


def reopen(path: str, content_type: str, body: bytes) -> SendGridBatch:
    return SendGridBatch(read_json(body))


def answer(batch: SendGridBatch, account: Account, refused: frozenset[int]) -> Answer:
    """202 and one id for the call; a refused recipient refuses it all."""
    if refused:
        faults = [(f"personalizations.{n}.to.0.email", "Does not contain a valid address.") for n in sorted(refused)]
        raise Refused(_faulty(400, faults[:MOST_FAULTS_SHOWN]))
    identity = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
    reply = Reply(status=202, headers=(("x-message-id", identity),))
    return Answer(reply=reply, ids=[identity] * len(batch.recipients))
