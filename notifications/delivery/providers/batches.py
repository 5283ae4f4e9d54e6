"""How do many people share one call? With marks that the provider fills in, or with each one's finished mail."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

from notifications.compose.escape import escape_document, fill_escaped
from notifications.compose.render import TOKEN, Document, Slot
from notifications.delivery.mail import Parcel
from notifications.delivery.providers.api import ApiKind, Envelope


class MergingKind(ApiKind):
    """A provider that takes content once, with marks in it, and each recipient's values beside it."""

    @abstractmethod
    def key_pattern(self, nonce: str) -> str:
        """The name of a value, with one %s for its number. The nonce is of the call: no text can hold it by chance."""

    def mark_pattern(self, nonce: str) -> str:
        """How that name stands in the content; the name itself where nothing surrounds it."""
        return self.key_pattern(nonce)

    def build_batch(self, parcel: Parcel) -> Envelope:
        """Marked content, and the values of each recipient."""
        nonce = parcel.call_id.hex[-12:]
        mark, key = self.mark_pattern(nonce), self.key_pattern(nonce)
        version = parcel.version
        documents = (version.subject, version.text, version.html, version.amp)
        subject, text, html, amp = (_marked(document, mark) for document in documents)
        message = self.blank(parcel, subject=subject, text=text, html=html)
        self.add_amp(message, amp)
        keys = [key % "t", *(key % number for number in range(len(version.regions)))]
        message.merge_data = {
            member.address: dict(zip(keys, (member.token, *member.values.regions), strict=True))
            for member in parcel.members
        }
        _set_own_headers(message, parcel)
        return message


class FinishedKind(ApiKind):
    """A provider that takes a list of finished mails in one call."""

    def build_batch(self, parcel: Parcel) -> Envelope:
        """One message whose content the backend fills in for each recipient."""
        message = self.blank(parcel, subject="", text="", html="<p></p>")
        message.bodies = Bodies(parcel)
        _set_own_headers(message, parcel)
        return message


class Bodies(Mapping[str, tuple[str, str, str]]):
    """Each address's own subject, text and HTML, joined when they are asked for: a batch's would be many megabytes."""

    def __init__(self, parcel: Parcel) -> None:
        self._parcel = parcel
        self._members = {member.address: member for member in parcel.members}
        version = parcel.version
        self._escaped = [escape_document(document) for document in (version.subject, version.text, version.html)]

    def __getitem__(self, address: str) -> tuple[str, str, str]:
        member = self._members[address]
        return self._parcel.subject(member), self._parcel.text(member), self._parcel.html(member)

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def as_json(self, address: str) -> list[list[bytes]]:
        """The three as JSON strings without their quotes, each in pieces."""
        member = self._members[address]
        return [fill_escaped(document, member.values, token=member.token) for document in self._escaped]


def write_items(items: Mapping[str, dict[str, Any]], bodies: Bodies, names: tuple[str, str, str]) -> bytes:
    """A JSON list of finished mails: by address what else each item holds, then its subject, text and HTML by `names`.

    All is joined at once: each copy of a mail on the way would cost as much as making it.
    """
    pieces = [b"["]
    for address, item in items.items():
        rest = json.dumps({name: value for name, value in item.items() if name not in names})
        pieces.append(rest[:-1].encode())
        for name, body in zip(names, bodies.as_json(address), strict=True):
            pieces += [b', "%b": "' % name.encode(), *body, b'"']
        pieces.append(b"}, ")
    pieces[-1] = b"}]"
    return b"".join(pieces)


def statics(parcel: Parcel) -> str:
    """All static text of a parcel's documents."""
    documents = (parcel.version.subject, parcel.version.html, parcel.version.text, parcel.version.amp)
    return "".join(part for document in documents for part in document if isinstance(part, str))


def _marked(document: Document, mark: str) -> str:
    return "".join(part if isinstance(part, str) else mark % _number(part) for part in document)


def _number(slot: Slot) -> str:
    return "t" if slot == TOKEN else str(slot.index)


def _set_own_headers(message: Envelope, parcel: Parcel) -> None:
    message.merge_headers = {member.address: parcel.own_headers(member) for member in parcel.members}
    message.merge_metadata = {member.address: {"message_id": str(member.message_id)} for member in parcel.members}
