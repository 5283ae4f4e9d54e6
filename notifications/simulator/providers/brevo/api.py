"""What does Brevo answer to a call of its `smtp/email` endpoint?

https://developers.brevo.com/reference/send-transac-email
https://developers.brevo.com/docs/batch-send-transactional-emails
https://developers.brevo.com/docs/heterogenous-versions-batch-emails
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

from notifications.simulator.shapes import Answer, Refused, Reply, Request
from notifications.simulator.wording import json_reply, read_json

from .checks import find_fault
from .mail import BrevoBatch

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

LARGEST = 25 * 1024 * 1024
#: The guide says 30 minutes, the announcement 15: https://developers.brevo.com/changelog/email-api-now-supports-idempotency
KEY_SECONDS = 15 * 60

_ERRORS = {
    400: ("invalid_parameter", "Invalid parameter"),
    401: ("unauthorized", "Key not found"),
    402: ("not_enough_credits", "You do not have enough credits"),
    403: ("permission_denied", "Permission denied"),
    404: ("document_not_found", "Not found"),
    405: ("method_not_allowed", "Method not allowed"),
    413: ("invalid_parameter", "The payload is too large"),
    429: ("too_many_requests", "API rate limit exceeded"),
}


def find_key(request: Request) -> str:
    return request.headers.get("api-key", "")


def refuse_key(key: str) -> Reply:
    return refuse(401)


def find_idempotency_key(request: Request) -> str | None:
    """It stands among the mail's headers, in the body."""
    try:
        headers = read_json(request.body).get("headers", {})
        return str(headers["idempotencyKey"])
    except (ValueError, AttributeError, KeyError, TypeError):
        return None


def refuse_repeat() -> Reply:
    """A key that was used is an error, whatever came of the call that used it; its answer is not given again."""
    return _refuse(400, "duplicate_parameter", "The idempotencyKey was already used")


def refuse(status: int, reason: str = "") -> Reply:
    if status == 409:  # another body under the same key, or the first call is still under way
        return refuse_repeat()
    code, message = _ERRORS.get(status, ("internal_server_error", "Internal Server Error"))
    return _refuse(400 if status == 413 else status, code, reason or message)


def _refuse(status: int, code: str, message: str) -> Reply:
    return json_reply(status, {"code": code, "message": message})


def read(request: Request, account: Account) -> BrevoBatch:
    if request.path.rstrip("/") != "v3/smtp/email":
        raise Refused(refuse(404))
    if request.method != "POST":
        raise Refused(refuse(405))
    try:
        call = read_json(request.body)
    except ValueError as error:
        raise Refused(_refuse(400, "bad_request", "Input must be a valid JSON object")) from error
    fault = find_fault(call)
    if fault is not None:
        raise Refused(_refuse(400, *fault))
    return BrevoBatch(call)


def reopen(path: str, content_type: str, body: bytes) -> BrevoBatch:
    return BrevoBatch(read_json(body))


def answer(batch: BrevoBatch, account: Account, refused: frozenset[int]) -> Answer:
    """One id for each version; a refused recipient refuses the whole call."""
    if refused:
        raise Refused(_refuse(400, "invalid_parameter", "email is not valid in to"))
    moment = time.strftime("%Y%m%d%H%M", time.gmtime())
    ids = [f"<{moment}.{secrets.randbelow(10**11):011d}@smtp-relay.mailin.fr>" for _ in batch.versions]
    content: dict[str, Any] = {"messageIds": ids} if batch.is_batch else {"messageId": ids[0]}
    return Answer(reply=json_reply(201, content), ids=[ids[place.version] for place in batch.places])
