"""What mail does each recipient of a Postmark call see?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from notifications.simulator.addresses import split_addresses
from notifications.simulator.shapes import Mail
from notifications.simulator.wording import clean, texts

Item = Mapping[str, Any]
FIELDS = ("To", "Cc", "Bcc")


class Place(NamedTuple):
    item: int
    address: str


class PostmarkBatch:
    """One `email` or `email/batch` call; nothing is substituted, each item is whole.

    `faults` holds, by item, the error code and message of those that are turned down.
    """

    def __init__(self, items: Sequence[Any], faults: Mapping[int, tuple[int, str]], *, is_single: bool) -> None:
        self.items = items
        self.faults = faults
        self.is_single = is_single

    @cached_property
    def places(self) -> list[Place]:
        return [
            Place(index, address)
            for index, item in enumerate(self.items)
            if index not in self.faults
            for address in addresses(item)
        ]

    @cached_property
    def recipients(self) -> Sequence[str]:
        return [place.address for place in self.places]

    @property
    def subject(self) -> str:
        place = self.places[0] if self.places else Place(0, "")
        return clean(self.items[place.item].get("Subject", ""))

    def identity(self, position: int) -> str:
        item = self.items[self.places[position].item]
        named = (item.get("Metadata") or {}).get("message_id")
        return clean(named or _own_header(item, "message-id"))

    def mail(self, position: int, provider_id: str, *, is_whole: bool = True) -> Mail:
        place = self.places[position]
        item = self.items[place.item]
        return Mail(
            recipient=place.address,
            subject=clean(item.get("Subject") or ""),
            html=clean(item.get("HtmlBody") or "") if is_whole else "",
            text=clean(item.get("TextBody") or "") if is_whole else "",
            headers=tuple(_headers(item, provider_id)),
            metadata=texts(item.get("Metadata") or {}),
            tags=(item["Tag"],) if item.get("Tag") else (),
            attachments=tuple(a.get("Name", "") for a in item.get("Attachments") or ()),
        )


def addresses(item: Item) -> list[str]:
    fields = (clean(item[field]) for field in FIELDS if item.get(field))
    return [address for text in fields for _, address in split_addresses(text)]


def _own_header(item: Item, name: str) -> str:
    headers = item.get("Headers") or ()
    return next((h["Value"] for h in headers if h["Name"].lower() == name), "")


def _headers(item: Item, provider_id: str) -> Iterator[tuple[str, str]]:
    """Message-ID is Postmark's own unless X-PM-KeepID asks to keep the sender's.

    https://postmarkapp.com/support/article/1062-how-do-i-set-my-own-message-id
    """
    for field, name in (("From", "From"), ("To", "To"), ("Cc", "Cc"), ("Subject", "Subject"), ("ReplyTo", "Reply-To")):
        if item.get(field):
            yield name, clean(item[field])
    is_kept = _own_header(item, "x-pm-keepid").lower() == "true"
    for header in item.get("Headers") or ():
        name = header["Name"].lower()
        if name != "x-pm-keepid" and (name != "message-id" or is_kept):
            yield clean(header["Name"]), clean(header["Value"])
    if not (is_kept and _own_header(item, "message-id")):
        yield "Message-ID", f"<{provider_id}@mtasv.net>"
