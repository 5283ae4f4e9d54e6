"""Would Resend take this item? Error name and message if not.

https://resend.com/docs/api-reference/errors
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from notifications.simulator.addresses import split_address
from notifications.simulator.wording import clean

from .mail import FIELDS, as_list

MOST_RECIPIENTS = 50
LARGEST_EMAIL = 40 * 1024 * 1024

Fault = tuple[str, str]  # name, message


def bad_address(field: str) -> Fault:
    """The fault of an address that is none."""
    wanted = "The email address needs to follow the `email@example.com` or `Name <email@example.com>` format."
    return "validation_error", f"Invalid `{field}` field. {wanted}"


def find_fault(item: Any) -> Fault | None:
    """The first fault of one item, None for a good one."""
    if not isinstance(item, dict):
        return ("validation_error", "Expected an object.")
    return next(_faults(item), None)


def _faults(item: Mapping[str, Any]) -> Iterator[Fault]:
    for field in ("from", "to", "subject"):
        if not item.get(field):
            yield "missing_required_field", f"Missing `{field}` field."
    if not item.get("html") and not item.get("text"):
        yield "missing_required_field", "Missing `html` or `text` field."
    yield from _check_addresses(item)
    yield from _check_headers(item.get("headers") or {})


def _check_addresses(item: Mapping[str, Any]) -> Iterator[Fault]:
    for field in ("from", *FIELDS, "reply_to"):
        people = item.get(field)
        if people is not None and not isinstance(people, str | list):
            yield "validation_error", f"Invalid `{field}` field."
        elif any(not split_address(clean(person))[1] for person in as_list(people)):
            yield bad_address(field)
        elif field in FIELDS and len(as_list(people)) > MOST_RECIPIENTS:
            yield "validation_error", f"The `{field}` field must not exceed {MOST_RECIPIENTS} recipients."


def _check_headers(headers: Any) -> Iterator[Fault]:
    if not isinstance(headers, dict) or not all(isinstance(v, str) for v in headers.values()):
        yield "validation_error", "The `headers` field must be an object of strings."
    elif any(mark in value for value in headers.values() for mark in "\r\n"):
        yield "validation_error", "The `headers` field may not hold line breaks."
