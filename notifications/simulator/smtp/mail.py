"""What mail does a recipient of an SMTP message see?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from functools import cached_property

from notifications.simulator.shapes import Mail
from notifications.simulator.wording import clean

_MESSAGE_ID = re.compile(rb"^message-id:[ \t]*(?:\r?\n[ \t]+)?([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_SUBJECT = re.compile(rb"^subject:[ \t]*((?:[^\r\n]*)(?:\r?\n[ \t][^\r\n]*)*)", re.IGNORECASE | re.MULTILINE)


class SmtpBatch:
    """One message with the recipients of its envelope."""

    def __init__(self, recipients: Sequence[str], content: bytes) -> None:
        self.recipients = recipients
        self._content = content

    @cached_property
    def _head(self) -> bytes:
        """The header block alone: taking a message in does not parse it."""
        return self._content.partition(b"\r\n\r\n")[0]

    @cached_property
    def subject(self) -> str:
        found = _SUBJECT.search(self._head)
        raw = clean(found[1].decode("utf-8", "replace")) if found else ""
        if "=?" not in raw:
            return raw
        try:
            return str(make_header(decode_header(re.sub(r"\r?\n", "", raw))))
        except (ValueError, LookupError):
            return raw

    @cached_property
    def _identity(self) -> str:
        found = _MESSAGE_ID.search(self._head)
        return clean(found[1].decode("utf-8", "replace").strip()) if found else ""

    def identity(self, position: int) -> str:
        return self._identity

    @cached_property
    def _message(self) -> EmailMessage:
        return BytesParser(policy=policy.default).parsebytes(self._content)

    def mail(self, position: int, provider_id: str, *, is_whole: bool = True) -> Mail:
        message = self._message
        return Mail(
            recipient=self.recipients[position],
            subject=clean(message["Subject"] or ""),
            html=_part(message, "html"),
            text=_part(message, "plain"),
            amp=_amp(message),
            headers=tuple(_headers(message)),
            attachments=tuple(part.get_filename("") for part in message.iter_attachments()),
        )

    @property
    def source(self) -> bytes:
        """The message as it came over the wire."""
        return self._content


def _headers(message: EmailMessage) -> Iterator[tuple[str, str]]:
    for name, value in message.items():
        yield clean(name), clean(value)


def _part(message: EmailMessage, kind: str) -> str:
    """The decoded text part, with LF line ends, as it was before it was encoded."""
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    try:
        return clean(part.get_content()).replace("\r\n", "\n")
    except (LookupError, KeyError):
        return clean(part.get_payload())


def _amp(message: EmailMessage) -> str:
    """The text/x-amp-html part, which stands in the multipart/alternative beside the others."""
    for part in message.walk():
        if part.get_content_type() == "text/x-amp-html":
            return clean(part.get_content()).replace("\r\n", "\n")
    return ""


def reopen(path: str, content_type: str, body: bytes) -> SmtpBatch:
    """`path` holds the envelope: its recipients, one a line."""
    return SmtpBatch(path.split("\n"), body)
