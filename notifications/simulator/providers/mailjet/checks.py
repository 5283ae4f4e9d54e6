"""Would Mailjet take this message? Its faults, by the codes of its documentation.

https://dev.mailjet.com/email/guides/send-api-v31/, "Send API errors"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from notifications.simulator.addresses import is_address

from .mail import FIELDS

MOST_RECIPIENTS = 50
LONGEST_SUBJECT = 255

# "List of forbidden headers"
_FORBIDDEN = frozenset(
    [
        *("from", "sender", "subject", "to", "cc", "bcc", "return-path", "delivered-to", "dkim-signature"),
        *("domainkey-status", "received-spf", "authentication-results", "received", "x-mailjet-prio"),
        *("x-mailjet-debug", "user-agent", "x-mailer", "x-mj-customid", "x-mj-eventpayload", "x-mj-vars"),
        *("x-mj-templateerrordeliver", "x-mj-templateerrorreporting", "x-mj-templatelanguage"),
        *("x-mailjet-trackopen", "x-mailjet-trackclick", "x-mj-templateid", "x-mj-workflowid", "x-feedback-id"),
        *("x-mailjet-segmentation", "list-id", "x-mj-mid", "x-mj-errormessage", "date", "x-csa-complaints"),
        *("message-id", "x-mailjet-campaign", "x-mj-statisticscontactslistid"),
    ]
)


class Fault(NamedTuple):
    status: int
    code: str
    message: str
    field: str


def bad_recipient() -> Fault:
    return _bad_address("To[0].Email")


def find_faults(item: Any, domain: str) -> Iterator[Fault]:
    """What is wrong with one message; nothing for a good one."""
    if not isinstance(item, dict):
        yield Fault(400, "mj-0003", "Type mismatch. Expected an object.", "Messages")
        return
    yield from _check_sender(item, domain)
    yield from _check_recipients(item)
    yield from _check_content(item)
    yield from _check_headers(item.get("Headers", {}))
    variables = item.get("Variables", {})
    if not isinstance(variables, dict):
        yield Fault(400, "mj-0003", "Type mismatch. Expected an object.", "Variables")


def _check_sender(item: Mapping[str, Any], domain: str) -> Iterator[Fault]:
    address = item.get("From", {}).get("Email")
    if not address:
        yield Fault(400, "mj-0003", '"From" is mandatory but missing from the input', "From")
    elif not is_address(address):
        yield _bad_address("From.Email")
    elif domain and address.rpartition("@")[2] != domain:
        message = f'"{address}" is not an authorized sender email address for your account.'
        yield Fault(403, "send-0008", message, "From")


def _check_recipients(item: Mapping[str, Any]) -> Iterator[Fault]:
    if not item.get("To"):
        yield Fault(400, "mj-0003", '"To" is mandatory but missing from the input', "To")
    count = 0
    for field in FIELDS:
        for index, person in enumerate(item.get(field) or ()):
            count += 1
            if not is_address(str(person.get("Email", ""))):
                yield _bad_address(f"{field}[{index}].Email")
    if count > MOST_RECIPIENTS:
        yield Fault(400, "send-0015", f"Recipients' limit of {MOST_RECIPIENTS} is exceeded.", "To,CC,Bcc")


def _bad_address(field: str) -> Fault:
    return Fault(400, "mj-0013", "The email address is invalid.", field)


def _check_content(item: Mapping[str, Any]) -> Iterator[Fault]:
    if not any(item.get(field) for field in ("TextPart", "HTMLPart", "TemplateID")):
        message = 'At least "HTMLPart", "TextPart" or "TemplateID" must be provided.'
        yield Fault(400, "send-0003", message, "HTMLPart")
    if len(str(item.get("Subject", ""))) > LONGEST_SUBJECT:
        yield Fault(400, "mj-0006", f"Subject is longer than {LONGEST_SUBJECT} characters.", "Subject")


def _check_headers(headers: Any) -> Iterator[Fault]:
    if not isinstance(headers, dict):
        yield Fault(400, "mj-0003", "Type mismatch. Expected an object.", "Headers")
        return
    for name, value in headers.items():
        if name.lower() in _FORBIDDEN:
            message = f'Header cannot be customized using the "Headers" collection: {name}'
            yield Fault(400, "send-0011", message, f"Headers[{name}]")
        elif "\n" in str(value) or "\r" in str(value):
            yield Fault(400, "mj-0005", "A header may not hold line breaks.", f"Headers[{name}]")
