"""How does mail come in through SparkPost? By a relay webhook.

https://developers.sparkpost.com/api/relay-webhooks/
"""

from __future__ import annotations

from anymail.webhooks.sparkpost import SparkPostInboundWebhookView
from django.http import HttpRequest

from notifications.delivery.inbound import Letter
from notifications.delivery.models import Provider
from notifications.delivery.providers.inbound import login_of, read_letters


def read_inbound(provider: Provider, request: HttpRequest) -> list[Letter]:
    """Guarded by HTTP basic auth ("user:password"), all that SparkPost offers; without it nothing is taken."""
    return read_letters(SparkPostInboundWebhookView(webhook_secret=login_of(provider)), request)
