"""What does Amazon SES answer to a call of version 2 of its API, `SendEmail` with raw content?

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
https://docs.aws.amazon.com/ses/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

import base64
import email.policy
import uuid
from email import message_from_bytes
from typing import TYPE_CHECKING, Any

from notifications.simulator.addresses import is_address, split_address
from notifications.simulator.shapes import Answer, Refused, Reply, Request
from notifications.simulator.wording import json_reply, read_json

from .mail import FIELDS, SesBatch
from .signature import is_genuine, read_signed

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

LARGEST = 56 * 1024 * 1024  # a message of 40 MB, in base64
LARGEST_MESSAGE = 40 * 1024 * 1024
MOST_RECIPIENTS = 50

_PATH = "v2/email/outbound-emails"
_ERRORS = {
    400: ("BadRequestException", "The input you provided is invalid."),
    401: ("UnrecognizedClientException", "The security token included in the request is invalid."),
    403: ("AccessDeniedException", "User is not authorized to perform: ses:SendEmail."),
    404: ("NotFoundException", "The resource you attempted to access doesn't exist."),
    413: ("RequestEntityTooLargeException", "The request entity is too large."),
    429: ("TooManyRequestsException", "Maximum sending rate exceeded."),
    500: ("InternalFailure", "The request processing has failed because of an unknown error."),
    503: ("ServiceUnavailable", "The request has failed due to a temporary failure of the server."),
}


def find_key(request: Request) -> str:
    """The access key id; whether its secret signed the call is seen in `read`."""
    signed = read_signed(request)
    return signed.key if signed is not None else ""


def refuse_key(key: str) -> Reply:
    if not key:
        return _refuse(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
    return _refuse(403, *_ERRORS[401])


def find_idempotency_key(request: Request) -> str | None:
    return None


def refuse(status: int, reason: str = "") -> Reply:
    name, message = _ERRORS.get(status, _ERRORS[500 if status >= 500 else 400])
    return _refuse(403 if status == 401 else status, reason or name, message)


def _refuse(status: int, name: str, message: str) -> Reply:
    """The error's name is in a header, its message in the body."""
    return json_reply(status, {"message": message}, (("x-amzn-errortype", name), _request_id()))


def _request_id() -> tuple[str, str]:
    return "x-amzn-requestid", str(uuid.uuid4())


def read(request: Request, account: Account) -> SesBatch:
    refuse_forgery(request, account)
    if request.method != "POST" or request.path != _PATH:
        raise Refused(_refuse(404, "UnknownOperationException", "The requested action is not valid."))
    try:
        batch = _open(request.body)
    except ValueError as error:
        raise Refused(_refuse(400, "SerializationException", "The request is no valid JSON.")) from error
    fault = _find_fault(batch, account)
    if fault is not None:
        raise Refused(_refuse(400, *fault))
    return batch


def refuse_forgery(request: Request, account: Account) -> None:
    """Raises Refused unless the account's secret key signed the call; one without a secret takes any signature."""
    if account.password and not is_genuine(request, f"/{account.provider}/{request.path}", account.password):
        raise Refused(_refuse(403, "InvalidSignatureException", _WRONG_SIGNATURE))


_WRONG_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key"
    " and signing method. Consult the service documentation for details."
)


def reopen(path: str, content_type: str, body: bytes) -> SesBatch:
    return _open(body)


def _open(body: bytes) -> SesBatch:
    call = read_json(body)
    content = call.get("Content") if isinstance(call, dict) else None
    raw = (content.get("Raw") or {}).get("Data") if isinstance(content, dict) else None
    if not isinstance(raw, str):
        raise Refused(_refuse(400, "BadRequestException", "Only raw content is played here."))
    return SesBatch(call, message_from_bytes(base64.b64decode(raw), policy=email.policy.default))


def _find_fault(batch: SesBatch, account: Account) -> tuple[str, str] | None:
    """Name and message of the first fault."""
    message = batch.message
    destination: dict[str, Any] = batch.call.get("Destination") or {}
    senders = [one.addr_spec for one in getattr(message["from"], "addresses", ())]
    if not senders or not all(is_address(one) for one in senders):
        return "BadRequestException", "Missing final '@domain'"
    if account.domain and any(one.rpartition("@")[2] != account.domain for one in senders):
        return "MessageRejected", _NOT_VERIFIED.format(", ".join(senders))
    people = [one for field in FIELDS for one in destination.get(field) or ()]
    if not batch.recipients or not all(split_address(one)[1] for one in people):
        return "BadRequestException", "Invalid recipient address."
    if len(batch.recipients) > MOST_RECIPIENTS:
        return "BadRequestException", f"Recipient count exceeds {MOST_RECIPIENTS}."
    if message.defects:
        return "BadRequestException", "The message is no valid MIME."
    return None


_NOT_VERIFIED = "Email address is not verified. The following identities failed the check in region US-EAST-1: {}"


def answer(batch: SesBatch, account: Account, refused: frozenset[int]) -> Answer:
    """One id for the call; a refused recipient refuses it all."""
    if refused:
        raise Refused(_refuse(400, "BadRequestException", "Invalid recipient address."))
    identity = f"0100019{uuid.uuid4().hex[:9]}-{uuid.uuid4()}-000000"
    reply = json_reply(200, {"MessageId": identity}, (_request_id(),))
    return Answer(reply=reply, ids=[identity] * len(batch.recipients))
