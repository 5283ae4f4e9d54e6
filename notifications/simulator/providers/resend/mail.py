"""What mail does each recipient of a Resend call see?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from notifications.simulator.addresses import split_address
from notifications.simulator.shapes import Mail
from notifications.simulator.wording import clean, read_json, texts

Item = Mapping[str, Any]
FIELDS = ("to", "cc", "bcc")


class Place(NamedTuple):
    item: int
    address: str


class ResendBatch:
    """One `emails` or `emails/batch` call; nothing is substituted, each item is whole."""

    def __init__(
        self, items: Sequence[Item], *, is_single: bool, is_permissive: bool, faults: Mapping[int, str]
    ) -> None:
        self.items = items
        self.is_single = is_single
        self.is_permissive = is_permissive
        self.faults = faults  # by item; only a permissive batch may go on with some

    @cached_property
    def places(self) -> list[Place]:
        return [
            Place(index, split_address(text)[1])
            for index, item in enumerate(self.items)
            if index not in self.faults
            for field in FIELDS
            for text in as_list(item.get(field))
        ]

    @cached_property
    def recipients(self) -> Sequence[str]:
        return [place.address for place in self.places]

    @property
    def subject(self) -> str:
        return clean(self.items[0].get("subject", ""))

    def identity(self, position: int) -> str:
        item = self.items[self.places[position].item]
        named = metadata(item).get("message_id")
        return clean(named or _own_header(item, "message-id"))

    def mail(self, position: int, provider_id: str, *, is_whole: bool = True) -> Mail:
        place = self.places[position]
        item = self.items[place.item]
        return Mail(
            recipient=place.address,
            subject=clean(item.get("subject") or ""),
            html=clean(item.get("html") or "") if is_whole else "",
            text=clean(item.get("text") or "") if is_whole else "",
            headers=tuple(_headers(item, provider_id)),
            metadata=metadata(item),
            attachments=tuple(a.get("filename", "") for a in item.get("attachments") or ()),
        )


def as_list(value: Any) -> list[str]:
    """`to` and its like may be one string or a list of them."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def _own_header(item: Item, name: str) -> str:
    headers = item.get("headers") or {}
    return next((clean(value) for key, value in headers.items() if key.lower() == name), "")


def metadata(item: Item) -> dict[str, str]:
    """Resend has none; Anymail carries it as JSON in an X-Metadata header."""
    try:
        found = read_json(_own_header(item, "x-metadata").encode())
    except ValueError:
        return {}
    return texts(found) if isinstance(found, dict) else {}


def _headers(item: Item, provider_id: str) -> Iterator[tuple[str, str]]:
    """A Message-ID of the sender's is replaced: Resend sends through Amazon SES, which does so.

    https://docs.aws.amazon.com/ses/latest/dg/header-fields.html
    """
    yield "From", clean(item["from"])
    for field, name in (("to", "To"), ("cc", "Cc"), ("reply_to", "Reply-To")):
        people = as_list(item.get(field))
        if people:
            yield name, clean(", ".join(people))
    yield "Subject", clean(item.get("subject") or "")
    for name, value in (item.get("headers") or {}).items():
        if name.lower() != "message-id":
            yield clean(name), clean(value)
    yield "Message-ID", f"<{provider_id}@email.amazonses.com>"
