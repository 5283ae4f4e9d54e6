"""What mail does each recipient of a Brevo call see?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from email.header import decode_header, make_header
from functools import cached_property
from typing import Any, NamedTuple

from notifications.simulator.addresses import join_address
from notifications.simulator.shapes import Mail
from notifications.simulator.wording import clean, read_json, texts

from .template import fill

FIELDS = ("to", "cc", "bcc")

# They steer Brevo and are not headers of the mail.
_STEERING = frozenset(["sender.ip", "idempotencykey"])


class Place(NamedTuple):
    version: int
    address: str


class BrevoBatch:
    """One `smtp/email` call: each version is one mail, to all its recipients."""

    def __init__(self, call: Mapping[str, Any]) -> None:
        self.call = call
        self.versions: Sequence[Mapping[str, Any]] = call["messageVersions"] if self.is_batch else [call]

    @property
    def is_batch(self) -> bool:
        return "messageVersions" in self.call

    @cached_property
    def places(self) -> list[Place]:
        return [
            Place(index, person["email"])
            for index, version in enumerate(self.versions)
            for field in FIELDS
            for person in version.get(field) or ()
        ]

    @cached_property
    def recipients(self) -> Sequence[str]:
        return [place.address for place in self.places]

    @property
    def subject(self) -> str:
        return clean(self.call.get("subject", ""))

    def identity(self, position: int) -> str:
        version = self.versions[self.places[position].version]
        headers = self._own_headers(version)
        named = _metadata(headers).get("message_id")
        return clean(named or next((v for k, v in headers.items() if k.lower() == "message-id"), ""))

    def mail(self, position: int, provider_id: str, *, is_whole: bool = True) -> Mail:
        place = self.places[position]
        version = self.versions[place.version]
        headers = self._own_headers(version)
        subject = self._filled("subject", version)
        return Mail(
            recipient=place.address,
            subject=subject,
            html=self._filled("htmlContent", version) if is_whole else "",
            text=self._filled("textContent", version) if is_whole else "",
            headers=tuple(self._headers(version, headers, subject, provider_id)),
            metadata=_metadata(headers),
            tags=tuple(clean(tag) for tag in self.call.get("tags") or ()),
            attachments=tuple(a.get("name", "") for a in self.call.get("attachment") or ()),
        )

    def _filled(self, field: str, version: Mapping[str, Any]) -> str:
        """A version's own content wins over the call's, and so do its parameters, one by one."""
        text = clean(version.get(field) or self.call.get(field) or "")
        return fill(text, {**(self.call.get("params") or {}), **(version.get("params") or {})})

    def _own_headers(self, version: Mapping[str, Any]) -> dict[str, str]:
        """A version's header wins over the call's of the same name, in any case."""
        own = version.get("headers") or {}
        taken = {name.lower() for name in own}
        kept = {name: value for name, value in (self.call.get("headers") or {}).items() if name.lower() not in taken}
        return texts({**kept, **own})

    def _headers(
        self, version: Mapping[str, Any], headers: Mapping[str, str], subject: str, provider_id: str
    ) -> Iterator[tuple[str, str]]:
        """A Message-ID of the sender's is not kept: "custom headers (not the standard headers)"."""
        yield "From", _person(self.call["sender"])
        for field, name in (("to", "To"), ("cc", "Cc")):
            if version.get(field):
                yield name, ", ".join(_person(person) for person in version[field])
        yield "Subject", subject
        reply_to = version.get("replyTo") or self.call.get("replyTo")
        if reply_to:
            yield "Reply-To", _person(reply_to)
        for name, value in headers.items():
            if name.lower() not in _STEERING and name.lower() != "message-id":
                yield name, value
        yield "Message-ID", provider_id


def _metadata(headers: Mapping[str, str]) -> dict[str, str]:
    """Brevo has one string for the sender's own use; Anymail puts JSON into it."""
    custom = next((value for name, value in headers.items() if name.lower() == "x-mailin-custom"), "")
    try:
        found = read_json(custom.encode())
    except ValueError:
        return {}
    return texts(found) if isinstance(found, dict) else {}


def _person(person: Mapping[str, Any]) -> str:
    """An encoded word in a name is passed on as it is, so a person reads it decoded (RFC 2047)."""
    return join_address(str(make_header(decode_header(clean(person.get("name") or "")))), person["email"])
