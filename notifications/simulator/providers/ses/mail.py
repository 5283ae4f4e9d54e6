"""What mail does each recipient of an SES call with raw content see?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from email.message import EmailMessage
from functools import cached_property
from typing import Any

from notifications.simulator.addresses import split_address
from notifications.simulator.shapes import Mail
from notifications.simulator.wording import clean, read_json, texts

FIELDS = ("ToAddresses", "CcAddresses", "BccAddresses")
# "Amazon SES overrides" Date and Message-ID; Bcc is taken out; X-SES-… are for SES itself.
# https://docs.aws.amazon.com/ses/latest/dg/header-fields.html
_REPLACED = frozenset({"date", "message-id", "bcc", "return-path"})
_OF_THE_PARTS = ("mime-version", "content-")


class SesBatch:
    """One `SendEmail` call: the same message to all its recipients."""

    def __init__(self, call: Mapping[str, Any], message: EmailMessage) -> None:
        self.call = call
        self.message = message

    @cached_property
    def recipients(self) -> Sequence[str]:
        destination = self.call.get("Destination") or {}
        people = [one for field in FIELDS for one in destination.get(field) or ()]
        if not people:
            people = [str(one) for one in _addresses(self.message)]
        return [split_address(one)[1] for one in people]

    @property
    def subject(self) -> str:
        return _plain(self.message["subject"] or "")

    @cached_property
    def _metadata(self) -> dict[str, str]:
        """SES has none; Anymail carries it as JSON in an X-Metadata header."""
        try:
            found = read_json(str(self.message.get("x-metadata", "")).encode())
        except ValueError:
            return {}
        return texts(found) if isinstance(found, dict) else {}

    def identity(self, position: int) -> str:
        return clean(self._metadata.get("message_id") or self.message.get("message-id", ""))

    def mail(self, position: int, provider_id: str, *, is_whole: bool = True) -> Mail:
        message = self.message
        return Mail(
            recipient=self.recipients[position],
            subject=self.subject,
            html=_body(message, "html") if is_whole else "",
            text=_body(message, "plain") if is_whole else "",
            amp=_body(message, "x-amp-html") if is_whole else "",
            headers=tuple(self._headers(provider_id)),
            metadata=self._metadata,
            tags=tuple(clean(tag) for tag in message.get_all("x-tag") or ()),
            attachments=tuple(clean(part.get_filename() or "") for part in message.iter_attachments()),
        )

    def _headers(self, provider_id: str) -> Iterator[tuple[str, str]]:
        for name, value in self.message.items():
            if name.lower() not in _REPLACED and not name.lower().startswith((*_OF_THE_PARTS, "x-ses-")):
                yield clean(name), _plain(value)
        yield "Message-ID", f"<{provider_id}@email.amazonses.com>"


def _plain(value: object) -> str:
    """A header's value without the fold after its name (RFC 5322 2.2.3), which long ones begin with."""
    return clean(value).lstrip()


def _addresses(message: EmailMessage) -> Iterator[str]:
    for name in ("to", "cc", "bcc"):
        for header in message.get_all(name) or ():
            for address in getattr(header, "addresses", ()):
                yield address.addr_spec


def _body(message: EmailMessage, kind: str) -> str:
    for part in message.walk():
        if part.get_content_type() == f"text/{kind}" and part.get_filename() is None:
            return clean(part.get_content())
    return ""
