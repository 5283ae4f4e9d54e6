"""How do Postmark's webhooks come in? https://postmarkapp.com/developer/webhooks/webhooks-overview"""

from __future__ import annotations

from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from django.http import HttpRequest

from notifications.delivery.models import Provider
from notifications.delivery.providers.webhooks import never_machine, read_events
from tracking.receipts import Report


def read_webhook(provider: Provider, request: HttpRequest) -> list[Report]:
    """Guarded by HTTP basic auth ("user:password"), all that Postmark offers; without it nothing is taken."""
    secret = provider.read_credentials().get("webhook_secret")
    if not secret:
        raise AnymailWebhookValidationFailure("The account has no webhook secret.")
    view = PostmarkTrackingWebhookView(webhook_secret=[secret])
    reports = read_events(view, request, provider, says_hard=_says_hard, says_machine=never_machine)
    if any("RecordType" not in report.raw for report in reports):
        raise ValueError("a Postmark event has a RecordType")
    return reports


def _says_hard(raw: dict[str, Any]) -> bool:
    # Anymail calls SoftBounce (TypeCode 4096) bounced too. https://postmarkapp.com/developer/api/bounce-api
    return raw.get("Type") == "HardBounce"
