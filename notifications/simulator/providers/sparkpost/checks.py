"""Would SparkPost take this transmission? Status, code and message if not.

https://developers.sparkpost.com/api/transmissions/
https://support.sparkpost.com/docs/tech-resources/extended-error-codes
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from notifications.simulator.addresses import is_address, split_address

from .template import BadTemplate, render

MOST_RECIPIENTS = 10_000
LARGEST_CONTENT = 20 * 1024 * 1024
LARGEST_VALUES = 100 * 1024  # substitution data, of the transmission and of each recipient
LARGEST_METADATA = 10 * 1024
LONGEST_CAMPAIGN = 64  # bytes
_NOT_ALLOWED = frozenset({"subject", "from", "to", "reply-to", "content-type", "content-transfer-encoding"})

Fault = tuple[int, str, str]  # status, code, message


def find_fault(call: Any) -> Fault | None:
    """The first fault of a call, None for a good one."""
    if not isinstance(call, dict):
        return 422, "1300", "request body must be an object"
    return next(_faults(call), None)


def _faults(call: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _check_recipients(call.get("recipients"))
    yield from _check_content(call.get("content"))
    if len(str(call.get("campaign_id") or "").encode()) > LONGEST_CAMPAIGN:
        yield 422, "1300", "campaign_id must be less than or equal to 64 bytes"
    yield from _check_sizes("transmission", call)
    for recipient in call["recipients"]:
        yield from _check_sizes("recipient", recipient)
    yield from _check_syntax(call)


def _check_recipients(recipients: Any) -> Iterator[Fault]:
    if not isinstance(recipients, list) or not recipients:
        yield 422, "1400", "recipients or list_id required"
    elif len(recipients) > MOST_RECIPIENTS:
        yield 422, "1300", f"recipients must have at most {MOST_RECIPIENTS} items"
    elif not all(isinstance(one, dict) for one in recipients):
        yield 422, "1300", "recipients must be objects"
    elif all(find_recipient_fault(one) for one in recipients):
        yield 400, "5002", "At least one valid recipient is required"


def find_recipient_fault(recipient: Mapping[str, Any]) -> dict[str, str] | None:
    """What is wrong with one recipient, in the words of `rcpt_to_errors`; the others may still be accepted."""
    address = address_of(recipient)
    if not address:
        return {"message": "address.email is required for each recipient", "code": "1400"}
    return None if is_address(address) else bad_address(address)


def bad_address(address: str) -> dict[str, str]:
    return {
        "message": "invalid data format/type",
        "description": f"invalid recipient address.email: {address}",
        "code": "1300",
    }


def address_of(recipient: Mapping[str, Any]) -> str:
    address = recipient.get("address")
    return str(address.get("email") or "") if isinstance(address, dict) else str(address or "")


def _check_content(content: Any) -> Iterator[Fault]:
    if not isinstance(content, dict):
        yield 422, "1400", "content object or template_id required"
        return
    sender = content.get("from")
    address = sender.get("email", "") if isinstance(sender, dict) else split_address(str(sender or ""))[1]
    if not is_address(str(address)):
        yield 400, "1200", "content.from must be a valid email address"
    if not content.get("subject"):
        yield 422, "1400", "content.subject is a required field"
    bodies: list[Any] = [content[name] for name in ("html", "text") if content.get(name)]
    if not bodies or not all(isinstance(body, str) for body in bodies):
        yield 422, "1400", "at least one of text or html needs to exist in content"
    elif sum(map(len, bodies)) > LARGEST_CONTENT:
        yield 413, "1300", "content is limited to 20 MBs"
    yield from _check_headers(content.get("headers") or {})


def _check_headers(headers: Mapping[str, Any]) -> Iterator[Fault]:
    for name, value in headers.items():
        if name.lower() in _NOT_ALLOWED:
            yield 422, "3002", f"Header {name} is not allowed"
        elif not isinstance(value, str) or "\r" in value or "\n" in value:
            yield 422, "3002", f"Invalid header {name}"


def _check_sizes(whose: str, part: Mapping[str, Any]) -> Iterator[Fault]:
    if len(json.dumps(part.get("substitution_data") or {})) > LARGEST_VALUES:
        yield 422, "2002", f"{whose} substitution_data is too large"
    if len(json.dumps(part.get("metadata") or {})) > LARGEST_METADATA:
        yield 422, "2007", f"{whose} metadata is too large"


def _check_syntax(call: Mapping[str, Any]) -> Iterator[Fault]:
    """The real service may find this out later and report a generation failure; here it is told at once."""
    content = call["content"]
    texts = [content["subject"], content["from"], content.get("reply_to"), *(content.get("headers") or {}).values()]
    if (call.get("options") or {}).get("perform_substitutions", True):
        texts += [content.get("html"), content.get("text")]
    try:
        for text in texts:
            render(text if isinstance(text, str) else "", {})
    except BadTemplate as error:
        yield 422, "3000", f"substitution language syntax error in template content: {error}"
