"""Would SendGrid take this call? The first faults, in its own words.

https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from notifications.simulator.addresses import is_address

MOST_RECIPIENTS = 1000
LARGEST_SUBSTITUTIONS = 10_000  # bytes, for each personalization
LARGEST_ARGUMENTS = 10_000

_RESERVED_HEADERS = frozenset(
    [
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    ]
)
_TOO_MANY = (
    "The personalization block is limited to 1000 personalizations per API request. You have provided {} "
    "personalizations. Please consider splitting this into multiple requests and resending your request."
)
_NO_RECIPIENT = (
    "The to array is required for all personalization objects, and must have at least one email object "
    "with a valid email address."
)
_TWICE = (
    "Each unique email address in the personalizations array should only be included once. "
    "You have included {} more than once."
)
_NO_SUBJECT = (
    "The subject is required. You can get around this requirement if you use a template with a subject "
    "defined or if every personalization has a subject defined."
)
_NO_CONTENT = (
    "Unless a valid template_id is provided, the content parameter is required. There must be at least "
    "one defined content block."
)

Fault = tuple[str, str]  # field, message


def find_faults(call: Any) -> Iterator[Fault]:
    """Field and message of each fault; nothing for a good call."""
    if not isinstance(call, dict):
        yield "", "Bad Request"
        return
    yield from _check_sender(call)
    people = call.get("personalizations")
    if not isinstance(people, list) or not people:
        yield "personalizations", "The personalizations field is required and must have at least one personalization."
        return
    yield from _check_size(people)
    seen: set[str] = set()
    for index, one in enumerate(people):
        yield from _check_personalization(f"personalizations.{index}", one, seen)
    yield from _check_subject(call, people)
    yield from _check_content(call)
    yield from _check_headers("headers", call.get("headers", {}))


def _check_sender(call: dict[str, Any]) -> Iterator[Fault]:
    sender = call.get("from")
    if not isinstance(sender, dict) or not is_address(str(sender.get("email", ""))):
        yield "from.email", "The from email does not contain a valid address."


def _check_size(people: list[Any]) -> Iterator[Fault]:
    if len(people) > MOST_RECIPIENTS:
        yield "personalizations", _TOO_MANY.format(len(people))


def _check_personalization(field: str, one: Any, seen: set[str]) -> Iterator[Fault]:
    if not isinstance(one, dict) or not one.get("to"):
        yield f"{field}.to", _NO_RECIPIENT
        return
    for kind in ("to", "cc", "bcc"):
        for index, person in enumerate(one.get(kind, ())):
            yield from _check_person(f"{field}.{kind}.{index}.email", person, seen)
    if len(seen) > MOST_RECIPIENTS:
        yield field, "There is a limit of 1000 total recipients (to + cc + bcc) per request."
    yield from _check_values(field, one)
    yield from _check_headers(f"{field}.headers", one.get("headers", {}))


def _check_person(field: str, person: Any, seen: set[str]) -> Iterator[Fault]:
    address = person.get("email") if isinstance(person, dict) else None
    if not isinstance(address, str) or not is_address(address):
        yield field, "Does not contain a valid address."
    elif address.lower() in seen:
        yield field, _TWICE.format(address)
    else:
        seen.add(address.lower())


def _check_values(field: str, one: dict[str, Any]) -> Iterator[Fault]:
    tags = one.get("substitutions") or {}
    if not all(value is None or isinstance(value, str) for value in tags.values()):
        yield "", "Bad Request"
    elif sum(len(k.encode()) + len((v or "").encode()) for k, v in tags.items()) > LARGEST_SUBSTITUTIONS:
        yield (
            f"{field}.substitutions",
            f"Substitutions are limited to {LARGEST_SUBSTITUTIONS} bytes per personalization block.",
        )
    arguments = one.get("custom_args") or {}
    if not all(isinstance(value, str) for value in arguments.values()):
        yield "", "Bad Request"
    elif sum(len(k) + len(v) for k, v in arguments.items()) > LARGEST_ARGUMENTS:
        yield f"{field}.custom_args", "The custom_args are limited to 10000 bytes."


def _check_subject(call: dict[str, Any], people: list[dict[str, Any]]) -> Iterator[Fault]:
    if call.get("subject") or call.get("template_id") or all(one.get("subject") for one in people):
        return
    yield "subject", _NO_SUBJECT


def _check_content(call: dict[str, Any]) -> Iterator[Fault]:
    content = call.get("content")
    if not content:
        if not call.get("template_id"):
            yield "content", _NO_CONTENT
        return
    kinds = [part.get("type") if isinstance(part, dict) else None for part in content]
    if any(not isinstance(part, dict) or not part.get("value") for part in content):
        yield "content", "The content value must be a string at least one character in length."
    elif "text/plain" in kinds[1:]:
        yield "content", "If present, text/plain and text/html may only be provided once, in this order, first."


def _check_headers(field: str, headers: Any) -> Iterator[Fault]:
    if not isinstance(headers, dict) or not all(isinstance(v, str) for v in headers.values()):
        yield field, "The headers must be an object of strings."
        return
    for name, value in headers.items():
        if name.lower() in _RESERVED_HEADERS:
            yield f"{field}.{name}", f"The headers field cannot contain the reserved header {name}."
        elif "\n" in value or "\r" in value:
            yield f"{field}.{name}", "Header values may not hold line breaks."
