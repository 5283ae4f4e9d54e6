"""How do Resend's webhooks come in? https://resend.com/docs/dashboard/webhooks/introduction"""

from __future__ import annotations

from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.webhooks.resend import ResendTrackingWebhookView
from django.http import HttpRequest

from notifications.delivery.models import Provider
from notifications.delivery.providers.webhooks import never_machine, read_events
from tracking.receipts import Report


def read_webhook(provider: Provider, request: HttpRequest) -> list[Report]:
    """Signed by svix, which also refuses signatures older than five minutes (repeats are signed anew)."""
    secret = provider.read_credentials().get("signing_secret")
    if not secret:
        raise AnymailWebhookValidationFailure("The account has no webhook signing secret.")
    view_class = ResendTrackingWebhookView
    view_class.as_view()  # declares the attribute that takes the secret
    view = view_class(signing_secret=secret, webhook_secret=[])
    return read_events(view, request, provider, says_hard=_says_hard, says_machine=never_machine)


def _says_hard(raw: dict[str, Any]) -> bool:
    return bool(raw.get("data", {}).get("bounce", {}).get("type") == "Permanent")
