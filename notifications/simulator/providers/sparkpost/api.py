"""What does SparkPost answer to a call of its `transmissions` endpoint?

https://developers.sparkpost.com/api/transmissions/
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

from notifications.simulator.shapes import Answer, Refused, Reply, Request
from notifications.simulator.wording import basic_login, json_reply, read_json

from .checks import address_of, bad_address, find_fault
from .mail import SparkPostBatch

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

LARGEST = 100 * 1024 * 1024

_KEY = re.compile(r"[A-Za-z0-9._-]{1,255}\Z")
# "Idempotent Requests" in the documentation of the endpoint.
_CONFLICTS = {
    "invalid_idempotent_request": ("1600", "idempotency key was already used with a different payload"),
    "concurrent_idempotent_requests": ("1601", "a request with this idempotency key is in progress"),
}
_ERRORS = {
    400: ("1200", "invalid params"),
    401: ("", "Unauthorized."),
    403: ("1100", "Forbidden."),
    404: ("1600", "resource not found"),
    405: ("1102", "invalid HTTP method"),
    413: ("1300", "Request Entity Too Large"),
    420: ("2102", "Exceed Sending Limit (daily)"),
    422: ("1300", "invalid data format/type/length"),
    429: ("", "Too many requests"),
    503: ("1900", "Message generation module not available"),
}


def find_key(request: Request) -> str:
    """The key itself, or the user of basic authentication."""
    given = request.headers.get("authorization", "")
    return basic_login(request)[0] if given.lower().startswith("basic ") else given


def refuse_key(key: str) -> Reply:
    return refuse(401)


def find_idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.match(key):
        raise Refused(_refuse(400, "1602", "invalid idempotency key"))
    return key


def refuse(status: int, reason: str = "") -> Reply:
    code, message = _CONFLICTS.get(reason) or _ERRORS.get(status, ("", "Internal Server Error"))
    return _refuse(status, code, message)


def _refuse(status: int, code: str, message: str) -> Reply:
    error = {"message": message, "code": code} if code else {"message": message}
    return json_reply(status, {"errors": [error]})


def read(request: Request, account: Account) -> SparkPostBatch:
    if request.path.rstrip("/") != "api/v1/transmissions":
        raise Refused(refuse(404))
    if request.method != "POST":
        raise Refused(refuse(405))
    try:
        call = read_json(request.body)
    except ValueError as error:
        raise Refused(_refuse(422, "1300", "request body is not valid JSON")) from error
    fault = find_fault(call)
    if fault is not None:
        raise Refused(_refuse(*fault))
    return SparkPostBatch(call)


def reopen(path: str, content_type: str, body: bytes) -> SparkPostBatch:
    return SparkPostBatch(read_json(body))


def answer(batch: SparkPostBatch, account: Account, refused: frozenset[int]) -> Answer:
    """One id for the transmission; rejected recipients are counted, and named among the errors."""
    errors = batch.errors + [bad_address(address_of(batch.people[position])) for position in sorted(refused)]
    accepted = len(batch.people) - len(refused)
    if not accepted:
        raise Refused(_refuse(400, "5002", "At least one valid recipient is required"))
    identity = str(10**16 + secrets.randbelow(9 * 10**16))
    results: dict[str, Any] = {
        "total_rejected_recipients": len(errors),
        "total_accepted_recipients": accepted,
        "id": identity,
    }
    content: dict[str, Any] = {"results": results}
    if errors:
        results["rcpt_to_errors"] = errors
        content["errors"] = [{"message": "transmission created, but with validation errors", "code": "2000"}]
    ids = [None if position in refused else identity for position in range(len(batch.people))]
    return Answer(reply=json_reply(200, content), ids=ids)
