"""How is a parcel handed to Postmark? Each recipient's own finished mail, up to 500 in one call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import requests
from anymail.backends.postmark import EmailBackend, PostmarkPayload
from anymail.message import AnymailRecipientStatus
from django.http import HttpRequest

from notifications.delivery.failures import Kind, redact
from notifications.delivery.inbound import Letter
from notifications.delivery.mail import Parcel
from notifications.delivery.models import Provider
from notifications.delivery.providers.api import Envelope
from notifications.delivery.providers.batches import FinishedKind, write_items
from notifications.delivery.providers.postmark.account import ACCOUNT
from notifications.delivery.providers.postmark.failures import FAILURES, ITEM_FAILURES
from notifications.delivery.providers.postmark.inbound import read_inbound
from notifications.delivery.providers.postmark.search import find_accepted
from notifications.delivery.providers.postmark.webhooks import read_webhook
from notifications.delivery.providers.recipients import ReadyPayload
from tracking.receipts import Report


class DistinctPayload(ReadyPayload, PostmarkPayload):  # type: ignore[misc] # Anymail is not typed
    """Puts each recipient's own subject and bodies into the batch endpoint."""

    def serialize_data(self) -> bytes:
        """Anymail's items for each recipient, with that recipient's content."""
        items = {to.addr_spec: self.data_for_recipient(to) for to in self.to_emails}
        return write_items(items, self.message.bodies, ("Subject", "TextBody", "HtmlBody"))


class Backend(EmailBackend):  # type: ignore[misc] # Anymail is not typed
    """Anymail's backend, with a status for every item: one refused item does not hide that others were accepted."""

    def build_message_payload(self, message: Envelope, defaults: Any) -> PostmarkPayload:
        """Distinct bodies where the message carries them."""
        kind = DistinctPayload if hasattr(message, "bodies") else PostmarkPayload
        return kind(message, defaults, self)

    def parse_recipient_status(
        self, response: requests.Response, payload: PostmarkPayload, message: Envelope
    ) -> dict[str, AnymailRecipientStatus]:
        """A batch is answered item by item in the order of the request; a single mail as Anymail reads it."""
        if not isinstance(payload, DistinctPayload):
            single: dict[str, AnymailRecipientStatus] = super().parse_recipient_status(response, payload, message)
            return single
        answers = self.deserialize_json_response(response, payload, message)
        addresses = [to.addr_spec for to in payload.to_emails]
        return {address: _item_status(answer) for address, answer in zip(addresses, answers, strict=False)}


class Postmark(FinishedKind):
    """Postmark's email API. https://postmarkapp.com/developer/api/email-api"""

    slug = "postmark"
    label = "Postmark"
    account = ACCOUNT
    backend_class = Backend
    simulator_path = "postmark"
    batch_limit = 500  # "up to 500 messages per batch"
    failures = FAILURES
    error_field = "ErrorCode"
    credentials = ("server_token",)
    webhook_credentials = ("webhook_secret",)
    header_exceptions = {"x-pm-keepid": "asks Postmark to keep our Message-ID; it is not passed on"}

    def blank(self, parcel: Parcel, *, subject: str, text: str, html: str) -> Envelope:
        """Ask Postmark to keep our Message-ID. https://postmarkapp.com/support/article/1079"""
        message = super().blank(parcel, subject=subject, text=text, html=html)
        message.extra_headers["X-PM-KeepID"] = "true"
        return message

    def find_accepted(self, parcel: Parcel) -> Mapping[UUID, str] | None:
        """See the base class."""
        return find_accepted(parcel, self.backend_options(parcel.provider))

    def read_webhook(self, provider: Provider, request: HttpRequest) -> list[Report]:
        """See the base class."""
        return read_webhook(provider, request)

    def read_inbound(self, provider: Provider, request: HttpRequest) -> list[Letter]:
        """See the base class."""
        return read_inbound(provider, request)


def _item_status(answer: dict[str, Any]) -> AnymailRecipientStatus:
    code = int(answer.get("ErrorCode", -1))
    if code == 0:
        return AnymailRecipientStatus(message_id=answer.get("MessageID"), status="sent")
    kind = ITEM_FAILURES.get(code, Kind.PERMANENT_MESSAGE if code > 0 else Kind.AMBIGUOUS)
    status = AnymailRecipientStatus(message_id=None, status="failed")
    status.kind, status.code, status.answer = kind, str(code), redact(str(answer.get("Message", "")))
    return status
