"""Would Brevo take this call? Error code and message if not.

https://developers.brevo.com/reference/send-transac-email
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from notifications.simulator.addresses import is_address

from .mail import FIELDS

MOST_VERSIONS = 1000
MOST_RECIPIENTS = 2000  # "in one API request"
MOST_IN_A_VERSION = 99
LARGEST_PARAMS = 100 * 1024  # "individual params in all the messageVersions shall not exceed 100 KB"
LARGEST_TOTAL = 1000 * 1024  # "and that of cumulative params shall not exceed 1000 KB"

Fault = tuple[str, str]  # code, message


def find_fault(call: Any) -> Fault | None:
    """The first fault of a call, None for a good one."""
    if not isinstance(call, dict):
        return "bad_request", "Input must be a valid JSON object"
    return next(_faults(call), None)


def _faults(call: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _check_sender(call)
    yield from _check_content(call)
    versions = call.get("messageVersions")
    if versions is None:
        yield from _check_people(call)
    else:
        yield from _check_versions(versions)
    yield from _check_headers(call.get("headers", {}))


def _check_sender(call: Mapping[str, Any]) -> Iterator[Fault]:
    sender = call.get("sender")
    if not isinstance(sender, dict):
        yield "missing_parameter", "sender is missing"
    elif not is_address(str(sender.get("email", ""))):
        yield "invalid_parameter", "valid sender email required"


def _check_content(call: Mapping[str, Any]) -> Iterator[Fault]:
    if call.get("templateId"):
        return
    if not call.get("htmlContent"):
        yield "missing_parameter", "htmlContent is missing"
    if not call.get("subject"):
        yield "missing_parameter", "subject is missing"


def _check_versions(versions: Any) -> Iterator[Fault]:
    if not isinstance(versions, list) or not versions:
        yield "invalid_parameter", "messageVersions must be a list of versions"
        return
    if len(versions) > MOST_VERSIONS:
        yield "invalid_parameter", f"messageVersions are limited to {MOST_VERSIONS}"
    for version in versions:
        yield from _check_people(version)
        yield from _check_headers(version.get("headers", {}))
    if sum(len(version.get(field) or ()) for version in versions for field in FIELDS) > MOST_RECIPIENTS:
        yield "invalid_parameter", f"The total number of recipients is limited to {MOST_RECIPIENTS}"
    yield from _check_params([version.get("params") or {} for version in versions])


def _check_people(part: Mapping[str, Any]) -> Iterator[Fault]:
    if not part.get("to"):
        yield "missing_parameter", "to is missing"
    for field in FIELDS:
        people = part.get(field) or ()
        if not all(is_address(str(person.get("email", ""))) for person in people):
            yield "invalid_parameter", f"email is not valid in {field}"
        elif len(people) > MOST_IN_A_VERSION:
            yield "invalid_parameter", f"{field} is limited to {MOST_IN_A_VERSION} recipients"


def _check_params(params: list[Any]) -> Iterator[Fault]:
    if not all(isinstance(one, dict) for one in params):
        yield "invalid_parameter", "params should be an object"
        return
    sizes = [len(json.dumps(one, ensure_ascii=False).encode()) for one in params]
    if max(sizes) > LARGEST_PARAMS or sum(sizes) > LARGEST_TOTAL:
        yield "invalid_parameter", "params are too large"


def _check_headers(headers: Any) -> Iterator[Fault]:
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        yield "invalid_parameter", "headers should be an object of strings"
    elif any(mark in value for value in headers.values() for mark in "\r\n"):
        yield "invalid_parameter", "headers may not hold line breaks"
