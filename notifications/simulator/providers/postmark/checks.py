"""Would Postmark take this item? Error code and message if not.

https://postmarkapp.com/support/article/1180-what-does-errorcode-300-mean
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from notifications.simulator.addresses import split_addresses
from notifications.simulator.wording import clean

from .mail import FIELDS, addresses

MOST_RECIPIENTS = 50
LARGEST_BODY = 5 * 1024 * 1024
# https://postmarkapp.com/developer/user-guide/send-email-with-api#custom-metadata
MOST_METADATA, LONGEST_KEY, LONGEST_VALUE = 10, 20, 80

Fault = tuple[int, str]


def find_fault(item: Any) -> Fault | None:
    """The first fault of one item, None for a good one."""
    if not isinstance(item, dict):
        return (403, "The JSON is not of the shape this endpoint expects.")
    messages = (check(item) for check in _CHECKS)
    message = next((found for found in messages if found), None)
    return (300, message) if message else None


def _check_sender(item: Mapping[str, Any]) -> str | None:
    text = clean(item.get("From") or "")
    if not text or not all(address for _, address in split_addresses(text)):
        return f"Invalid 'From' address: '{text}'."
    return None


def _check_recipients(item: Mapping[str, Any]) -> str | None:
    for field in FIELDS:
        text = clean(item.get(field) or "")
        if text and not all(address for _, address in split_addresses(text)):
            return _bad_address(field, text)
    count = len(addresses(item))
    if count == 0:
        return "Zero recipients specified"
    return f"Exceeded maximum recipients: {MOST_RECIPIENTS}" if count > MOST_RECIPIENTS else None


def _bad_address(field: str, text: str) -> str:
    if "@" not in text:
        return f"Error parsing '{field}': Illegal email address '{text}'. It must contain the '@' symbol."
    return f"Invalid '{field}' address: '{text}'."


def _check_body(item: Mapping[str, Any]) -> str | None:
    bodies = [item[field] for field in ("TextBody", "HtmlBody") if item.get(field)]
    if not bodies:
        return "Provide either email TextBody or HtmlBody or both."
    if not all(isinstance(body, str) for body in bodies):
        return "The message body must be a string."
    # Counted in bytes only where it could be too many: no character has more than four.
    long = (body for body in bodies if len(body) > LARGEST_BODY // 4)
    if any(len(body.encode("utf-8", "replace")) > LARGEST_BODY for body in long):
        return "The message body may not be larger than 5 MB."
    return None


def _check_headers(item: Mapping[str, Any]) -> str | None:
    headers = item.get("Headers") or []
    for header in headers:
        if not isinstance(header, dict) or not isinstance(header.get("Name"), str):
            return "Invalid headers."
        if any(mark in f"{header['Name']}{header.get('Value')}" for mark in "\r\n"):
            return f"Invalid header value for '{header['Name']}'."
    return None


def _check_metadata(item: Mapping[str, Any]) -> str | None:
    metadata = item.get("Metadata") or {}
    if not isinstance(metadata, dict) or len(metadata) > MOST_METADATA:
        return f"Invalid metadata content. At most {MOST_METADATA} fields are allowed."
    if any(len(key) > LONGEST_KEY for key in metadata):
        return f"Invalid metadata content. Names are limited to {LONGEST_KEY} characters."
    if any(len(str(value)) > LONGEST_VALUE for value in metadata.values()):
        return f"Invalid metadata content. Values are limited to {LONGEST_VALUE} characters."
    return None


_CHECKS: tuple[Callable[[Mapping[str, Any]], str | None], ...] = (
    _check_sender,
    _check_recipients,
    _check_body,
    _check_headers,
    _check_metadata,
)
