"""What mail does each recipient of a Mailjet call see?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from notifications.simulator.addresses import join_address
from notifications.simulator.shapes import Mail
from notifications.simulator.wording import clean, read_json, texts

Item = Mapping[str, Any]
FIELDS = ("To", "Cc", "Bcc")

# https://dev.mailjet.com/template-language/reference/: `{{…}}` prints, `{%…%}` is a statement. Nothing of it is read
# unless `TemplateLanguage` is true. The older `[[data:…]]` and `[[var:…]]` are read last, in what was printed as well.
_EXPRESSION = re.compile(r"\{\{(.*?)\}\}|\{%.*?%\}", re.DOTALL)
_VARIABLE = re.compile(r"\s*var:([A-Za-z0-9_]+)(?::(\"[^\"]*\"|[^:]*))?\s*\Z")
_OLD = re.compile(r"\[\[(var|data):([A-Za-z0-9_]+)(?::\"?([^\]]*?)\"?)?\]\]")


class Place(NamedTuple):
    item: int
    field: str
    address: str


class MailjetBatch:
    """One `send` call; each of its messages is one mail, to all its recipients.

    `faults` holds, by message, why it is turned down.
    """

    def __init__(self, items: Sequence[Any], faults: Mapping[int, Any]) -> None:
        self.items = items
        self.faults = faults

    @cached_property
    def places(self) -> list[Place]:
        return [
            Place(index, field, person["Email"])
            for index, item in enumerate(self.items)
            if index not in self.faults
            for field in FIELDS
            for person in item.get(field) or ()
        ]

    @cached_property
    def recipients(self) -> Sequence[str]:
        return [place.address for place in self.places]

    @property
    def subject(self) -> str:
        place = next(iter(self.places), None)
        return clean(self.items[place.item].get("Subject", "")) if place else ""

    def identity(self, position: int) -> str:
        item = self.items[self.places[position].item]
        named = _payload(item).get("message_id") or item.get("CustomID")
        headers = item.get("Headers") or {}
        return clean(named or next((v for k, v in headers.items() if k.lower() == "message-id"), ""))

    def mail(self, position: int, provider_id: str, *, is_whole: bool = True) -> Mail:
        place = self.places[position]
        item = self.items[place.item]
        subject = _fill(item.get("Subject", ""), item)
        return Mail(
            recipient=place.address,
            subject=subject,
            html=_fill(item.get("HTMLPart", ""), item) if is_whole else "",
            text=_fill(item.get("TextPart", ""), item) if is_whole else "",
            headers=tuple(_headers(item, subject, provider_id)),
            metadata=_payload(item),
            tags=(clean(item["CustomCampaign"]),) if item.get("CustomCampaign") else (),
            attachments=tuple(a.get("Filename", "") for a in item.get("Attachments") or ()),
        )


def custom_id(item: Item) -> str:
    return clean(item.get("CustomID") or "")


def _fill(text: Any, item: Item) -> str:
    found = clean(text)
    if item.get("TemplateLanguage") is not True:
        return found
    variables = item.get("Variables") or {}

    def print_value(match: re.Match[str]) -> str:
        named = _VARIABLE.match(match[1] or "")
        if named is None:
            return ""
        return clean(variables.get(named[1], (named[2] or "").strip('"')))

    def print_old(match: re.Match[str]) -> str:
        return clean(variables.get(match[2], match[3] or "")) if match[1] == "var" else match[3] or ""

    return _OLD.sub(print_old, _EXPRESSION.sub(print_value, found))


def _payload(item: Item) -> dict[str, str]:
    """What the sender attached to the message, where it is a JSON object."""
    try:
        found = read_json(str(item.get("EventPayload") or "").encode())
    except ValueError:
        return {}
    return texts(found) if isinstance(found, dict) else {}


def _headers(item: Item, subject: str, provider_id: str) -> Iterator[tuple[str, str]]:
    """A Message-ID of the sender's is refused, so there is always Mailjet's own."""
    yield "From", _person(item["From"])
    for field in ("To", "Cc"):
        if item.get(field):
            yield field, ", ".join(_person(person) for person in item[field])
    yield "Subject", subject
    if item.get("ReplyTo"):
        yield "Reply-To", _person(item["ReplyTo"])
    yield from texts(item.get("Headers") or {}).items()
    if custom_id(item):
        yield "X-MJ-CustomID", custom_id(item)
    yield "Message-Id", f"<{provider_id}@mailjet.com>"


def _person(person: Mapping[str, Any]) -> str:
    return join_address(clean(person.get("Name") or ""), person["Email"])
