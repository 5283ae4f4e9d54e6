"""How is a parcel handed to Resend? Finished mails, up to 100 a call, with a key that makes a repeat harmless."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from anymail.backends.resend import EmailBackend, ResendPayload
from django.http import HttpRequest

from notifications.delivery.inbound import Letter
from notifications.delivery.models import Provider
from notifications.delivery.providers.api import Envelope
from notifications.delivery.providers.batches import FinishedKind, write_items
from notifications.delivery.providers.recipients import ReadyPayload
from notifications.delivery.providers.resend.account import ACCOUNT
from notifications.delivery.providers.resend.failures import FAILURES
from tracking.receipts import Report


class KeyedPayload(ReadyPayload, ResendPayload):  # type: ignore[misc] # Anymail is not typed
    """Adds the Idempotency-Key header and, in batches, each recipient's own content."""

    def get_request_params(self, api_url: str) -> dict[str, Any]:
        """Anymail's request with the call's id as its key. https://resend.com/docs/dashboard/emails/idempotency-keys"""
        params: dict[str, Any] = super().get_request_params(api_url)
        params["headers"]["Idempotency-Key"] = self.message.call_id
        return params

    def serialize_data(self) -> str | bytes:
        """Anymail's items are made with empty bodies, then filled."""
        text: str = super().serialize_data()
        bodies = getattr(self.message, "bodies", None)
        if bodies is None:
            return text
        addresses = [to.addr_spec for to in self.to_recipients]
        items = dict(zip(addresses, json.loads(text), strict=True))
        return write_items(items, bodies, ("subject", "text", "html"))


class Backend(EmailBackend):  # type: ignore[misc] # Anymail is not typed
    """Anymail's backend with keyed payloads."""

    def build_message_payload(self, message: Envelope, defaults: Any) -> KeyedPayload:
        """See Anymail."""
        return KeyedPayload(message, defaults, self)


class Resend(FinishedKind):
    """Resend's emails API. https://resend.com/docs/api-reference/emails/send-batch-emails"""

    slug = "resend"
    label = "Resend"
    account = ACCOUNT
    backend_class = Backend
    simulator_path = "resend"
    batch_limit = 100  # "up to 100 batch emails"
    idempotency_window = timedelta(hours=24)  # "keys expire after 24 hours"
    can_switch_tracking_off = False  # it is a setting of the domain
    header_exceptions = {"message-id": "Resend hands over to Amazon SES, which sets its own"}
    failures = FAILURES
    error_field = "name"
    credentials = ("api_key",)
    inbound_credentials = ("inbound_secret",)
    webhook_credentials = ("signing_secret",)

    def read_webhook(self, provider: Provider, request: HttpRequest) -> list[Report]:
        """See the base class."""
        # Not above: it brings in svix, more than a second and 20 MB that a worker can do without.
        from notifications.delivery.providers.resend.webhooks import read_webhook

        return read_webhook(provider, request)

    def read_inbound(self, provider: Provider, request: HttpRequest) -> list[Letter]:
        """See the base class."""
        from notifications.delivery.providers.resend.inbound import read_inbound

        return read_inbound(provider, request)
