"""What does Mailjet answer to a call of its v3.1 `send` endpoint?

https://dev.mailjet.com/email/guides/send-api-v31/
"""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING, Any

from notifications.simulator.shapes import Answer, Refused, Reply, Request
from notifications.simulator.wording import basic_login, json_reply, read_json

from .checks import Fault, bad_recipient, find_faults
from .mail import MailjetBatch

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

LARGEST = 25 * 1024 * 1024
MOST_MESSAGES = 50

_GLOBAL = {
    400: ("mj-0002", "Malformed JSON, please review the syntax and properties types."),
    401: ("mj-0015", "API key authentication/authorization failure."),
    413: ("mj-0011", "The payload size is over the limit."),
}
# Answered in front of the Send API, without a code.
_MESSAGES = {403: "You are not authorized to access this resource", 404: "Not found", 429: "Too many requests"}


def find_key(request: Request) -> str:
    return basic_login(request)[0]


def check_secret(request: Request, account: Account) -> None:
    """The other half of the login; an account made without one takes any. Raises Refused."""
    if account.password and basic_login(request)[1] != account.password:
        raise Refused(refuse(401))


def refuse_key(key: str) -> Reply:
    return refuse(401)


def find_idempotency_key(request: Request) -> str | None:
    return None


def refuse(status: int, reason: str = "") -> Reply:
    if status in _GLOBAL:
        code, message = _GLOBAL[status]
        return _refuse(400 if status == 413 else status, code, reason or message)
    if status >= 500:
        content = {"ErrorIdentifier": str(uuid.uuid4()), "ErrorMessage": "Internal Server Error", "StatusCode": status}
        return json_reply(status, content)
    message = reason or _MESSAGES.get(status, "Bad request")
    return json_reply(status, {"ErrorInfo": "", "ErrorMessage": message, "StatusCode": status})


def _refuse(status: int, code: str, message: str) -> Reply:
    """An error of the whole call: nothing was sent."""
    return json_reply(
        status,
        {"ErrorIdentifier": str(uuid.uuid4()), "ErrorCode": code, "ErrorMessage": message, "StatusCode": status},
    )


def read(request: Request, account: Account) -> MailjetBatch:
    check_secret(request, account)
    if request.method != "POST" or request.path.rstrip("/") != "v3.1/send":
        raise Refused(refuse(404))
    try:
        call = read_json(request.body)
    except ValueError as error:
        raise Refused(refuse(400)) from error
    return _open(call, account.domain)


def reopen(path: str, content_type: str, body: bytes) -> MailjetBatch:
    return _open(read_json(body), "")


def _open(call: Any, domain: str) -> MailjetBatch:
    messages = call.get("Messages") if isinstance(call, dict) else None
    if not isinstance(messages, list):
        raise Refused(_refuse(400, "mj-0003", '"Messages" is mandatory but missing from the input'))
    if not messages:
        raise Refused(_refuse(400, "mj-0007", '"Messages" cannot be empty'))
    if len(messages) > MOST_MESSAGES:
        raise Refused(_refuse(400, "mj-0008", f'"Messages" holds more than {MOST_MESSAGES} elements'))
    items = [{**call.get("Globals", {}), **one} if isinstance(one, dict) else one for one in messages]
    found = ((index, list(find_faults(item, domain))) for index, item in enumerate(items))
    return MailjetBatch(items, {index: faults for index, faults in found if faults})


def answer(batch: MailjetBatch, account: Account, refused: frozenset[int]) -> Answer:
    """Each message is judged alone; the status is 400 although others of the same call were accepted."""
    faults = dict(batch.faults)
    for position in refused:
        if position >= 0:
            faults[batch.places[position].item] = [bad_recipient()]
    numbers = {
        position: secrets.randbelow(2**52) + 2**52
        for position, place in enumerate(batch.places)
        if place.item not in faults
    }
    results = [
        _refusal(faults[index]) if index in faults else _success(batch, index, item, numbers)
        for index, item in enumerate(batch.items)
    ]
    ids = [str(numbers[position]) if position in numbers else None for position in range(len(batch.places))]
    return Answer(reply=json_reply(_status(batch, faults), {"Messages": results}), ids=ids)


def _status(batch: MailjetBatch, faults: dict[int, list[Fault]]) -> int:
    if not faults:
        return 200
    statuses = {fault.status for found in faults.values() for fault in found}
    return statuses.pop() if len(faults) == len(batch.items) and len(statuses) == 1 else 400


def _refusal(faults: list[Fault]) -> dict[str, Any]:
    errors = [
        {
            "ErrorIdentifier": str(uuid.uuid4()),
            "ErrorCode": fault.code,
            "StatusCode": fault.status,
            "ErrorMessage": fault.message,
            "ErrorRelatedTo": [fault.field],
        }
        for fault in faults
    ]
    return {"Status": "error", "Errors": errors}


def _success(batch: MailjetBatch, index: int, item: Any, numbers: dict[int, int]) -> dict[str, Any]:
    people: dict[str, list[dict[str, Any]]] = {"To": [], "Cc": [], "Bcc": []}
    for position, place in enumerate(batch.places):
        if place.item == index:
            href = f"https://api.mailjet.com/v3/REST/message/{numbers[position]}"
            one = {"Email": place.address, "MessageUUID": str(uuid.uuid4()), "MessageID": numbers[position]}
            people[place.field].append({**one, "MessageHref": href})
    return {"Status": "success", "CustomID": item.get("CustomID", ""), **people}
