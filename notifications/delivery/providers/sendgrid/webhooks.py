"""How do SendGrid's webhooks come in? https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event"""

from __future__ import annotations

from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from django.http import HttpRequest

from notifications.delivery.models import Provider
from notifications.delivery.providers.webhooks import read_events
from tracking.receipts import Report

_TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


def read_webhook(provider: Provider, request: HttpRequest) -> list[Report]:
    """Signed by ECDSA. Without the key Anymail would skip the check, so an account without one takes nothing."""
    key = provider.read_credentials().get("tracking_webhook_verification_key")
    if not key:
        raise AnymailWebhookValidationFailure("The account has no webhook verification key.")
    view_class = SendGridTrackingWebhookView
    view_class.as_view()  # declares the attribute that takes the key
    view = view_class(tracking_webhook_verification_key=key, webhook_secret=[])
    return read_events(
        view, request, provider, says_hard=_says_hard, says_machine=_says_machine,
        signed_at=lambda: request.headers[_TIMESTAMP],
    )  # fmt: skip


def _says_hard(raw: dict[str, Any]) -> bool:
    # type "blocked" is about content or reputation, "bounce" about the mailbox.
    return raw.get("event") == "bounce" and raw.get("type", "bounce") != "blocked"


def _says_machine(raw: dict[str, Any]) -> str:
    return "provider_says_machine" if raw.get("sg_machine_open") else ""
