"""How do Mailgun's webhooks come in? https://documentation.mailgun.com/docs/mailgun/user-manual/events/webhooks"""

from __future__ import annotations

import json
from typing import Any

from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from django.http import HttpRequest

from notifications.delivery.models import Provider
from notifications.delivery.providers.webhooks import read_events
from tracking.receipts import Report


def read_webhook(provider: Provider, request: HttpRequest) -> list[Report]:
    """Signed by HMAC over time and token; Anymail checks the signature, its age is checked here."""
    key = provider.read_credentials()["webhook_signing_key"]
    view = MailgunTrackingWebhookView(webhook_signing_key=key, webhook_secret=[])
    return read_events(
        view, request, provider, says_hard=_says_hard, says_machine=_says_machine,
        signed_at=lambda: str(json.loads(request.body)["signature"]["timestamp"]),
    )  # fmt: skip


def _says_hard(raw: dict[str, Any]) -> bool:
    return bool(raw.get("event-data", {}).get("severity") == "permanent")


def _says_machine(raw: dict[str, Any]) -> str:
    client = raw.get("event-data", {}).get("client-info", {})
    return "provider_says_bot" if client.get("bot") else ""
