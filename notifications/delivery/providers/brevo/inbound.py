"""How does mail come in through Brevo? By a webhook of the type inbound.

https://developers.brevo.com/docs/inbound-parse-webhooks
"""

from __future__ import annotations

from typing import Any

from anymail.signals import AnymailInboundEvent
from anymail.webhooks.brevo import BrevoInboundWebhookView
from django.http import HttpRequest

from notifications.delivery.inbound import Letter
from notifications.delivery.models import Provider
from notifications.delivery.providers.inbound import login_of, read_letters


class _View(BrevoInboundWebhookView):  # type: ignore[misc] # Anymail is not typed
    """Anymail's, which would ask Brevo for each attachment while Brevo waits for our answer."""

    def esp_to_anymail_event(self, esp_event: dict[str, Any]) -> AnymailInboundEvent:
        """See Anymail."""
        return super().esp_to_anymail_event({**esp_event, "Attachments": []})


def read_inbound(provider: Provider, request: HttpRequest) -> list[Letter]:
    """Guarded by HTTP basic auth ("user:password"); without it nothing is taken."""
    return read_letters(_View(webhook_secret=login_of(provider), api_key="not needed"), request)
