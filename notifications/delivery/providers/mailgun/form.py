"""How is a call for a thousand people written as one form? As multipart, where nothing needs percent-encoding."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from anymail.backends.mailgun import EmailBackend, MailgunPayload

from notifications.delivery.providers.api import Envelope
from notifications.delivery.providers.recipients import ReadyPayload

Fields = Mapping[str, str | list[str]]


class FormPayload(ReadyPayload, MailgunPayload):  # type: ignore[misc] # Anymail is not typed
    """Anymail's fields, written at once."""

    def serialize_data(self) -> bytes:
        """The body; Anymail has `requests` write it, which takes as long as all the rest of a call."""
        self.populate_recipient_variables()
        body, self.headers["Content-Type"] = write_form(self.data)
        return body

    def populate_recipient_variables(self) -> None:
        """Anymail's for a batch, in one pass over its people: values, metadata and headers stand side by side."""
        if not self.merge_headers:
            super().populate_recipient_variables()
            return
        headers = {name: f"h:{name.title()}" for own in self.merge_headers.values() for name in own}
        metadata = {name: f"v:{name}" for own in self.merge_metadata.values() for name in own}
        self.data |= {field: f"%recipient.{field}%" for field in (*headers.values(), *metadata.values())}
        variables = {}
        for address in self.to_emails:
            own = variables[address] = {**dict.fromkeys(headers.values(), ""), **self.merge_data[address]}
            for name, value in self.merge_headers[address].items():
                own[headers[name]] = value
            for name, value in self.merge_metadata[address].items():
                own[metadata[name]] = value
        self.data["recipient-variables"] = self.serialize_json(variables)


class Backend(EmailBackend):  # type: ignore[misc] # Anymail is not typed
    """Anymail's backend with payloads written at once."""

    def build_message_payload(self, message: Envelope, defaults: Any) -> FormPayload:
        """See Anymail."""
        return FormPayload(message, defaults, self)


def write_form(fields: Fields) -> tuple[bytes, str]:
    """Fields as multipart/form-data (RFC 7578): the body and its content type. Names are ours and plain."""
    boundary = secrets.token_hex(16)  # by chance in a text: never
    pieces: list[str] = []
    for name, value in _pairs(fields):
        pieces += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n', value, "\r\n"
    pieces.append(f"--{boundary}--\r\n")
    return "".join(pieces).encode(), f"multipart/form-data; boundary={boundary}"


def _pairs(fields: Fields) -> Iterator[tuple[str, str]]:
    for name, values in fields.items():
        for value in [values] if isinstance(values, str) else values:
            yield name, value
