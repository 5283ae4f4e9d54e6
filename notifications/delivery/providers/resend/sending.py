"""How is a parcel handed to Resend? Finished mails, up to 100 a call, with a key that makes a repeat harmless."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from anymail.backends.resend import EmailBackend, ResendPayload
from django.http import HttpRequest

from notifications.delivery.models import Provider
from notifications.delivery.providers.api import Envelope
from notifications.delivery.providers.batches import FinishedKind
from notifications.delivery.providers.resend.failures import FAILURES
from notifications.delivery.providers.resend.webhooks import read_webhook
from tracking.receipts import Report


class KeyedPayload(ResendPayload):  # type: ignore[misc] # Anymail is not typed
    """Adds the Idempotency-Key header and, in batches, each recipient's own content."""

    def get_request_params(self, api_url: str) -> dict[str, Any]:
        """Anymail's request with the call's id as its key. https://resend.com/docs/dashboard/emails/idempotency-keys"""
        params: dict[str, Any] = super().get_request_params(api_url)
        params["headers"]["Idempotency-Key"] = self.message.call_id
        return params

    def serialize_data(self) -> str:
        """Anymail's items are made with empty bodies, then filled, so that no body is copied twice."""
        text: str = super().serialize_data()
        bodies = getattr(self.message, "bodies", None)
        if bodies is None:
            return text
        items = json.loads(text)
        for item, to in zip(items, self.to_recipients, strict=True):
            item["subject"], item["text"], item["html"] = bodies[to.addr_spec]
        return json.dumps(items)


class Backend(EmailBackend):  # type: ignore[misc] # Anymail is not typed
    """Anymail's backend with keyed payloads."""

    def build_message_payload(self, message: Envelope, defaults: Any) -> KeyedPayload:
        """See Anymail."""
        return KeyedPayload(message, defaults, self)


class Resend(FinishedKind):
    """Resend's emails API. https://resend.com/docs/api-reference/emails/send-batch-emails"""

    slug = "resend"
    label = "Resend"
    backend_class = Backend
    simulator_path = "resend"
    batch_limit = 100  # "up to 100 batch emails"
    idempotency_window = timedelta(hours=24)  # "keys expire after 24 hours"
    can_switch_tracking_off = False  # it is a setting of the domain
    header_exceptions = {"message-id": "Resend hands over to Amazon SES, which sets its own"}
    failures = FAILURES
    error_field = "name"
    credentials = ("api_key",)
    webhook_credentials = ("signing_secret",)

    def read_webhook(self, provider: Provider, request: HttpRequest) -> list[Report]:
        """See the base class."""
        return read_webhook(provider, request)
