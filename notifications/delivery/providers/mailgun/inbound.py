"""How does mail come in through Mailgun? By a route with `forward`.

https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http
"""

from __future__ import annotations

from anymail.webhooks.mailgun import MailgunInboundWebhookView
from django.http import HttpRequest

from notifications.delivery.inbound import Letter
from notifications.delivery.models import Provider
from notifications.delivery.providers.inbound import read_letters
from notifications.delivery.providers.webhooks import require_fresh


def read_inbound(provider: Provider, request: HttpRequest) -> list[Letter]:
    """Signed as Mailgun's other webhooks are, among the fields of the form."""
    key = provider.read_credentials()["webhook_signing_key"]
    view = MailgunInboundWebhookView(webhook_signing_key=key, webhook_secret=[])
    view.run_validators(request)
    require_fresh(request.POST.get("timestamp", ""))
    return read_letters(view, request)
