"""What does Postmark answer to a call of its `email` and `email/batch` endpoints?

https://postmarkapp.com/developer/api/email-api
https://postmarkapp.com/developer/api/overview#error-codes
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from notifications.simulator.shapes import Answer, Refused, Reply, Request
from notifications.simulator.wording import clean, json_reply, read_json

from .checks import find_fault
from .mail import PostmarkBatch

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

LARGEST = 50 * 1024 * 1024
MOST_ITEMS = 500

_CODES = {
    401: (10, "Request does not contain a valid Server token."),
    404: (404, "Not found."),
    413: (0, "Payload too large."),
    429: (429, "Rate limit exceeded."),
    500: (0, "Internal server error."),
    503: (100, "Maintenance: the API is offline."),
}


def find_key(request: Request) -> str:
    return request.headers.get("x-postmark-server-token", "")


def refuse_key(key: str) -> Reply:
    return refuse(401)


def find_idempotency_key(request: Request) -> str | None:
    return None


def refuse(status: int, reason: str = "") -> Reply:
    code, message = _CODES.get(status, (0, "Error."))
    return _refuse(status, code, reason or message)


def _refuse(status: int, code: int, message: str) -> Reply:
    return json_reply(status, {"ErrorCode": code, "Message": message})


def read(request: Request, account: Account) -> PostmarkBatch:
    if request.method != "POST" or request.path not in ("email", "email/batch"):
        raise Refused(refuse(404))
    try:
        call = read_json(request.body)
    except ValueError as error:
        raise Refused(_refuse(422, 402, "Received invalid JSON input.")) from error
    batch = _open(request.path, call)
    if batch.is_single and batch.faults:
        raise Refused(_refuse(422, *batch.faults[0]))
    return batch


def reopen(path: str, content_type: str, body: bytes) -> PostmarkBatch:
    return _open(path, read_json(body))


def _open(path: str, call: Any) -> PostmarkBatch:
    is_single = path == "email"
    if not isinstance(call, dict if is_single else list):
        raise Refused(_refuse(422, 403, "The JSON is not of the shape this endpoint expects."))
    items: list[Any] = list(call) if isinstance(call, list) else [call]
    if not 0 < len(items) <= MOST_ITEMS:
        raise Refused(_refuse(422, 410, "Too many batch messages: 500 is the limit."))
    found = ((index, find_fault(item)) for index, item in enumerate(items))
    faults = {index: fault for index, fault in found if fault is not None}
    return PostmarkBatch(items, faults, is_single=is_single)


def answer(batch: PostmarkBatch, account: Account, refused: frozenset[int]) -> Answer:
    """One id for each item; an item with a refused recipient is turned down alone."""
    inactive = {batch.places[position].item for position in refused}
    moment = datetime.now(UTC).isoformat()
    ids: list[str | None] = []
    results = []
    for index, item in enumerate(batch.items):
        identity = None if index in batch.faults or index in inactive else str(uuid.uuid4())
        ids.append(identity)
        results.append(_result(batch, index, item, identity, moment))
    if batch.is_single and inactive:
        raise Refused(json_reply(422, results[0]))
    reply = json_reply(200, results[0] if batch.is_single else results)
    return Answer(reply=reply, ids=[ids[place.item] for place in batch.places])


def _result(batch: PostmarkBatch, index: int, item: Any, identity: str | None, moment: str) -> dict[str, Any]:
    if index in batch.faults:
        code, message = batch.faults[index]
        return {"ErrorCode": code, "Message": message}
    to = clean(item.get("To") or "")
    if identity is None:
        return {"ErrorCode": 406, "Message": _inactive(batch, index)}
    return {"To": to, "SubmittedAt": moment, "MessageID": identity, "ErrorCode": 0, "Message": "OK"}


def _inactive(batch: PostmarkBatch, index: int) -> str:
    names = ", ".join(place.address.lower() for place in batch.places if place.item == index)
    return (
        "You tried to send to a recipient that has been marked as inactive.\n"
        f"Found inactive addresses: {names}.\n"
        "Inactive recipients are ones that have generated a hard bounce, a spam complaint,"
        " or a manual suppression."
    )
