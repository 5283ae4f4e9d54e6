"""What mail does each recipient of a SparkPost transmission see?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from notifications.simulator.addresses import join_address
from notifications.simulator.shapes import Mail
from notifications.simulator.wording import clean, texts

from .checks import address_of, find_recipient_fault
from .template import render

Recipient = Mapping[str, Any]


class SparkPostBatch:
    """One transmission: each recipient gets a mail of their own. Bad recipients are left out."""

    def __init__(self, call: Mapping[str, Any]) -> None:
        self.call = call
        found = [(recipient, find_recipient_fault(recipient)) for recipient in call["recipients"]]
        self.errors = [fault for _, fault in found if fault is not None]
        self.people: Sequence[Recipient] = [recipient for recipient, fault in found if fault is None]

    @cached_property
    def recipients(self) -> Sequence[str]:
        return [address_of(recipient) for recipient in self.people]

    @property
    def subject(self) -> str:
        return clean(self.call["content"].get("subject", ""))

    @property
    def _options(self) -> Mapping[str, Any]:
        return self.call.get("options") or {}

    def identity(self, position: int) -> str:
        recipient = self.people[position]
        named = self._metadata(recipient).get("message_id")
        if named is None:
            headers = self.call["content"].get("headers") or {}
            named = next((value for name, value in headers.items() if name.lower() == "message-id"), "")
            named = render(named, self._values(recipient))
        return clean(named)

    def mail(self, position: int, provider_id: str, *, is_whole: bool = True) -> Mail:
        recipient = self.people[position]
        values = self._values(recipient)
        content = self.call["content"]
        campaign = self.call.get("campaign_id")
        return Mail(
            recipient=self.recipients[position],
            subject=render(content["subject"], values),
            html=self._body("html", values) if is_whole else "",
            text=self._body("text", values) if is_whole else "",
            amp=self._body("amp_html", values) if is_whole else "",
            headers=tuple(self._headers(recipient, values, f"{provider_id}{position:04x}")),
            metadata=texts(self._metadata(recipient)),
            tags=(clean(campaign),) if campaign else (),
            attachments=tuple(one.get("name", "") for one in content.get("attachments") or ()),
        )

    def _body(self, name: str, values: Mapping[str, Any]) -> str:
        text = clean(self.call["content"].get(name) or "")
        if not self._options.get("perform_substitutions", True):
            return text
        return render(text, values, is_html=name in {"html", "amp_html"})

    def _metadata(self, recipient: Recipient) -> dict[str, Any]:
        return {**(self.call.get("metadata") or {}), **(recipient.get("metadata") or {})}

    def _values(self, recipient: Recipient) -> dict[str, Any]:
        """Substitution data goes before metadata, the recipient's own before the transmission's."""
        address = address_of(recipient)
        given = recipient["address"] if isinstance(recipient["address"], dict) else {}
        shared, own = self.call.get("substitution_data") or {}, recipient.get("substitution_data") or {}
        reserved = {"email": address, "address": {"email": address, "name": given.get("name")}}
        return {**self._metadata(recipient), **shared, **own, **reserved}

    def _headers(self, recipient: Recipient, values: Mapping[str, Any], own_id: str) -> Iterator[tuple[str, str]]:
        """List-Unsubscribe is SparkPost's own except in transactional mail; Message-ID always is.

        https://support.sparkpost.com/docs/tech-resources/list-unsubscribe-functionality
        https://support.sparkpost.com/docs/faq/out-of-band-bounces
        """
        content = self.call["content"]
        yield "From", render(_sender(content["from"]), values)
        yield "To", _to(recipient)
        yield "Subject", render(content["subject"], values)
        if content.get("reply_to"):
            yield "Reply-To", render(content["reply_to"], values)
        is_transactional = bool(self._options.get("transactional"))
        replaced = {"message-id"} if is_transactional else {"message-id", "list-unsubscribe"}
        for name, value in (content.get("headers") or {}).items():
            if name.lower() not in replaced:
                yield clean(name), render(clean(value), values)
        if not is_transactional:
            yield "List-Unsubscribe", f"<mailto:unsubscribe@unsub.sparkpostmail.com?subject=unsubscribe:{own_id}>"
        yield "Message-ID", f"<{own_id}@sparkpostmail.com>"


def _sender(sender: Any) -> str:
    if isinstance(sender, dict):
        return join_address(clean(sender.get("name") or ""), sender["email"])
    return clean(sender)


def _to(recipient: Recipient) -> str:
    address = recipient["address"]
    if not isinstance(address, dict):
        return clean(address)
    if address.get("header_to"):
        shown = clean(address["header_to"])
        return join_address(clean(address["name"]), shown) if address.get("name") else shown
    return join_address(clean(address.get("name") or ""), address["email"])
