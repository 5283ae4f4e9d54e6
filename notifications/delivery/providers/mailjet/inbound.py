"""How does mail come in through Mailjet? By a parse route.

https://dev.mailjet.com/email/guides/parse-api/
"""

from __future__ import annotations

from anymail.webhooks.mailjet import MailjetInboundWebhookView
from django.http import HttpRequest

from notifications.delivery.inbound import Letter
from notifications.delivery.models import Provider
from notifications.delivery.providers.inbound import login_of, read_letters


def read_inbound(provider: Provider, request: HttpRequest) -> list[Letter]:
    """Guarded by HTTP basic auth ("user:password"), all that Mailjet offers; without it nothing is taken."""
    return read_letters(MailjetInboundWebhookView(webhook_secret=login_of(provider)), request)
