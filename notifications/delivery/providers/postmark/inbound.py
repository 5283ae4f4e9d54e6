"""How does mail come in through Postmark? By the inbound webhook of a server.

https://postmarkapp.com/developer/webhooks/inbound-webhook
"""

from __future__ import annotations

from anymail.webhooks.postmark import PostmarkInboundWebhookView
from django.http import HttpRequest

from notifications.delivery.inbound import Letter
from notifications.delivery.models import Provider
from notifications.delivery.providers.inbound import login_of, read_letters


def read_inbound(provider: Provider, request: HttpRequest) -> list[Letter]:
    """Guarded by HTTP basic auth ("user:password"), all that Postmark offers; without it nothing is taken."""
    return read_letters(PostmarkInboundWebhookView(webhook_secret=login_of(provider)), request)
