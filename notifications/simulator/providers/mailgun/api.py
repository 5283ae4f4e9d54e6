"""What does Mailgun answer to a call of its `messages` endpoint?

https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages
"""

from __future__ import annotations

import re
import secrets
import time
from typing import TYPE_CHECKING
from urllib.parse import unquote

from notifications.simulator.addresses import split_addresses
from notifications.simulator.shapes import Answer, Refused, Reply, Request
from notifications.simulator.wording import basic_login, json_reply

from .form import BadForm, Form, read_form
from .mail import MailgunBatch

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

LARGEST = 25 * 1024 * 1024
MOST_RECIPIENTS = 1000

_PATH = re.compile(r"v3/([^/]+)/messages/?\Z")
_BODIES = ("text", "html", "amp-html", "template")
_MESSAGES = {
    400: "Bad request",
    404: "Not found",
    413: "Request entity too large",
    429: "Too many requests. Please slow down.",
}


def find_key(request: Request) -> str:
    user, password = basic_login(request)
    return password if user == "api" else ""


def refuse_key(key: str) -> Reply:
    return refuse(401)


def find_idempotency_key(request: Request) -> str | None:
    return None


def refuse(status: int, reason: str = "") -> Reply:
    if status == 401:  # a plain word, not JSON
        return Reply(status=401, body=b"Forbidden", headers=(("content-type", "text/plain"),))
    return json_reply(status, {"message": reason or _MESSAGES.get(status, "Internal Server Error")})


def read(request: Request, account: Account) -> MailgunBatch:
    found = _PATH.match(request.path)
    if found is None or request.method != "POST":
        raise Refused(refuse(404))
    domain = unquote(found[1])
    if account.domain and domain != account.domain:
        raise Refused(refuse(404, f"Domain not found: {domain}"))
    try:
        form = read_form(request.headers.get("content-type", ""), request.body)
    except BadForm as error:
        raise Refused(refuse(400)) from error
    return _check(_read_batch(form, domain))


def reopen(path: str, content_type: str, body: bytes) -> MailgunBatch:
    return _read_batch(read_form(content_type, body), path.split("/")[1])


def _read_batch(form: Form, domain: str) -> MailgunBatch:
    for field in ("from", "to"):
        if not form.first(field):
            raise Refused(refuse(400, f"{field} parameter is missing"))
    rest = [address for field in ("cc", "bcc") for _, address in _addresses(form, field)]
    return MailgunBatch(form, domain, _addresses(form, "to"), rest)


def _addresses(form: Form, field: str) -> list[tuple[str, str]]:
    found = [pair for value in form.values(field) for pair in split_addresses(value)]
    if any(not address for _, address in found):
        raise Refused(_bad_address(field))
    return found


def _bad_address(field: str) -> Reply:
    return refuse(400, f"{field} parameter is not a valid address. please check documentation")


def _check(batch: MailgunBatch) -> MailgunBatch:
    form = batch.form
    if len(form.values("to")) > MOST_RECIPIENTS:
        raise Refused(refuse(400, f"to parameter has more than {MOST_RECIPIENTS} recipients"))
    if any(not address for value in form.values("from") for _, address in split_addresses(value)):
        raise Refused(_bad_address("from"))
    if not any(field in form for field in _BODIES):
        wanted = "Need at least one of 'text', 'html', 'amp-html' or 'template' parameters specified"
        raise Refused(refuse(400, wanted))
    try:
        batch.check()
    except ValueError as error:
        raise Refused(refuse(400, "recipient-variables parameter is not a valid JSON")) from error
    return batch


def answer(batch: MailgunBatch, account: Account, refused: frozenset[int]) -> Answer:
    """One id for the whole call; a refused recipient refuses it all."""
    if refused:
        raise Refused(_bad_address("to"))
    moment = time.strftime("%Y%m%d%H%M%S", time.gmtime())
    identity = f"<{moment}.{secrets.token_hex(8)}@{batch.domain}>"
    reply = json_reply(200, {"id": identity, "message": "Queued. Thank you."})
    return Answer(reply=reply, ids=[identity] * len(batch.recipients))
