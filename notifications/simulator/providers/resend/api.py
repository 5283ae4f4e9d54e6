"""What does Resend answer to a call of its `emails` and `emails/batch` endpoints?

https://resend.com/docs/api-reference/emails/send-email
https://resend.com/docs/api-reference/emails/send-batch-emails
https://resend.com/docs/dashboard/emails/idempotency-keys
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from notifications.simulator.shapes import Answer, Refused, Reply, Request
from notifications.simulator.wording import bearer_key, json_reply, read_json

from .checks import bad_address, find_fault
from .mail import ResendBatch

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

LARGEST = 40 * 1024 * 1024
MOST_ITEMS = 100
LONGEST_KEY = 256

_ERRORS = {
    "missing_api_key": (401, "Missing API Key"),
    "invalid_api_key": (403, "API key is invalid"),
    "invalid_idempotency_key": (400, "The key must be between 1-256 chars."),
    "invalid_idempotent_request": (409, "Same idempotency key used with a different request payload."),
    "concurrent_idempotent_requests": (409, "Same idempotency key used while original request is still in progress."),
    "not_found": (404, "The requested endpoint does not exist."),
    "rate_limit_exceeded": (429, "Too many requests. Please limit the number of requests per second."),
    "application_error": (500, "An unexpected error occurred."),
}  # fmt: skip
_NAMES = {401: "missing_api_key", 403: "invalid_api_key", 404: "not_found", 429: "rate_limit_exceeded"}


def find_key(request: Request) -> str:
    return bearer_key(request)


def refuse_key(key: str) -> Reply:
    """An unknown key answers 403 here, unlike elsewhere."""
    return refuse(403 if key else 401)


def find_idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= LONGEST_KEY:
        raise Refused(refuse(400, "invalid_idempotency_key"))
    return key


def refuse(status: int, reason: str = "") -> Reply:
    """An error by its documented name, which brings its own message."""
    name = reason if reason in _ERRORS else _NAMES.get(status, "application_error")
    message = _ERRORS[name][1] if reason in _ERRORS or not reason else reason
    return _refuse(status, name, message)


def _refuse(status: int, name: str, message: str) -> Reply:
    return json_reply(status, {"statusCode": status, "name": name, "message": message})


def read(request: Request, account: Account) -> ResendBatch:
    if request.method != "POST" or request.path not in ("emails", "emails/batch"):
        raise Refused(refuse(404))
    try:
        call = read_json(request.body)
    except ValueError as error:
        raise Refused(_refuse(422, "validation_error", "The request body is not valid JSON.")) from error
    is_permissive = request.headers.get("x-batch-validation", "strict") == "permissive"
    return _open(request.path, call, is_permissive=is_permissive)


def reopen(path: str, content_type: str, body: bytes) -> ResendBatch:
    return _open(path, read_json(body), is_permissive=True)


def _open(path: str, call: Any, *, is_permissive: bool) -> ResendBatch:
    is_single = path == "emails"
    items = [call] if is_single else call
    if not isinstance(items, list) or not 0 < len(items) <= MOST_ITEMS:
        raise Refused(_refuse(422, "validation_error", f"The batch must hold 1 to {MOST_ITEMS} emails."))
    found = ((index, find_fault(item)) for index, item in enumerate(items))
    faults = {index: fault for index, fault in found if fault is not None}
    if faults and (is_single or not is_permissive):
        raise Refused(_refuse(422, *next(iter(faults.values()))))
    messages = {index: message for index, (_, message) in faults.items()}
    return ResendBatch(items, is_single=is_single, is_permissive=is_permissive, faults=messages)


def answer(batch: ResendBatch, account: Account, refused: frozenset[int]) -> Answer:
    """One id for each item; refused ones spoil a batch unless it asked to be permissive."""
    faults = dict(batch.faults)
    for position in refused:
        faults[batch.places[position].item] = bad_address("to")[1]
    if refused and (batch.is_single or not batch.is_permissive):
        raise Refused(_refuse(422, *bad_address("to")))
    ids = [None if index in faults else str(uuid.uuid4()) for index in range(len(batch.items))]
    reply = json_reply(200, _content(batch, ids, faults))
    return Answer(reply=reply, ids=[ids[place.item] for place in batch.places])


def _content(batch: ResendBatch, ids: list[str | None], faults: dict[int, str]) -> dict[str, Any]:
    if batch.is_single:
        return {"id": ids[0]}
    content: dict[str, Any] = {"data": [{"id": one} for one in ids if one is not None]}
    if batch.is_permissive:
        content["errors"] = [{"index": i, "message": m} for i, m in sorted(faults.items())]
    return content
