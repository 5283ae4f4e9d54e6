"""What mail does each recipient of a Mailgun call see?"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from notifications.simulator.addresses import join_address
from notifications.simulator.shapes import Mail
from notifications.simulator.wording import clean, read_json

from .form import Form

# https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/batch-sending
# `%recipient.key%` is replaced "virtually anywhere in the message", header values and
# other parameters too; a key that the recipient does not have stays as it was written.
# Replaced text is not looked at again.
_PLACEHOLDER = re.compile(r"%recipient(?:\.([^%]+)|_(email|name|fname|lname))?%")


class Envelope(NamedTuple):
    address: str
    name: str  # of the `to` recipient whose copy it is
    to: str  # that recipient's address; differs from `address` for cc and bcc


class MailgunBatch:
    """One `messages` call."""

    def __init__(self, form: Form, domain: str, to: list[tuple[str, str]], rest: list[str]) -> None:
        self.form = form
        self.domain = domain
        self._to = to
        self._envelopes = _address_envelopes(to, rest, is_split=self.is_batch)

    @property
    def is_batch(self) -> bool:
        """With recipient variables, each `to` gets a mail of their own."""
        return "recipient-variables" in self.form

    @cached_property
    def recipients(self) -> Sequence[str]:
        return [envelope.address for envelope in self._envelopes]

    @cached_property
    def subject(self) -> str:
        return self.form.first("subject")

    @cached_property
    def variables(self) -> Mapping[str, Mapping[str, Any]]:
        """Recipient variables by address; ValueError when they are no JSON object."""
        text = self.form.first("recipient-variables")
        found = read_json(text.encode()) if text else {}
        if not isinstance(found, dict) or not all(isinstance(v, dict) for v in found.values()):
            raise ValueError("recipient-variables")
        return found

    def check(self) -> None:
        """Raises ValueError when the recipient variables cannot be read."""
        _ = self.variables

    @cached_property
    def _identity(self) -> str:
        headers = (name for name in self.form.names() if name.lower() == "h:message-id")
        return self.form.first("v:message_id") or self.form.first(next(headers, ""))

    def identity(self, position: int) -> str:
        return clean(self._fill(self._identity, self._envelopes[position]))

    def mail(self, position: int, provider_id: str, *, is_whole: bool = True) -> Mail:
        envelope = self._envelopes[position]
        form = self.form
        metadata = {name: self._fill(value, envelope) for name, value in form.variables.items()}
        return Mail(
            recipient=envelope.address,
            subject=self._fill(self.subject, envelope),
            html=self._fill(form.first("html"), envelope) if is_whole else "",
            text=self._fill(form.first("text"), envelope) if is_whole else "",
            amp=self._fill(form.first("amp-html"), envelope) if is_whole else "",
            headers=tuple(self._headers(envelope, provider_id, metadata)),
            metadata=metadata,
            tags=tuple(form.values("o:tag")),
            attachments=tuple(form.files),
        )

    def _headers(self, envelope: Envelope, provider_id: str, metadata: Mapping[str, str]) -> list[tuple[str, str]]:
        fill = self._fill
        own = [(name[2:], fill(self.form.first(name), envelope)) for name in self.form.names() if name.startswith("h:")]
        found = [
            ("From", fill(", ".join(self.form.values("from")), envelope)),
            ("To", self._to_header(envelope)),
            ("Subject", fill(self.subject, envelope)),
            # A header without a value is not written.
            *((name, value) for name, value in own if value),
        ]
        cc = ", ".join(self.form.values("cc"))
        if cc:
            found.insert(2, ("Cc", cc))
        if not any(name.lower() == "message-id" for name, _ in found):
            found.append(("Message-Id", provider_id))
        if metadata:
            found.append(("X-Mailgun-Variables", json.dumps(dict(metadata))))
        return found

    def _to_header(self, envelope: Envelope) -> str:
        if self.is_batch:
            return join_address(envelope.name, envelope.to)
        return ", ".join(self.form.values("to"))

    def _fill(self, text: str, envelope: Envelope) -> str:
        if not self.is_batch or "%recipient" not in text:
            return text
        variables = self._variables_of(envelope.to)

        def value(found: re.Match[str]) -> str:
            key, part = found.groups()
            if key is not None:
                return _as_text(variables[key]) if key in variables else found[0]
            return _name_part(envelope, part)

        return _PLACEHOLDER.sub(value, text)

    def _variables_of(self, address: str) -> Mapping[str, Any]:
        found = self.variables.get(address)
        return self.variables.get(address.lower(), {}) if found is None else found


def _address_envelopes(to: list[tuple[str, str]], rest: list[str], *, is_split: bool) -> list[Envelope]:
    """In a batch, cc and bcc get a copy of every recipient's mail."""
    envelopes = [Envelope(address, name, address) for name, address in to]
    if is_split:
        copies = [Envelope(one, name, address) for name, address in to for one in rest]
    else:
        name, address = to[0]
        copies = [Envelope(one, name, address) for one in rest]
    return envelopes + copies


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _name_part(envelope: Envelope, part: str | None) -> str:
    if part is None:
        return join_address(envelope.name, envelope.to)
    if part == "email":
        return envelope.to
    first, _, last = envelope.name.partition(" ")
    return {"name": envelope.name, "fname": first, "lname": last}[part]
