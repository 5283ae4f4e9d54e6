"""How does mail come in through SendGrid? By Inbound Parse.

https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook
"""

from __future__ import annotations

import warnings

from anymail.exceptions import AnymailNotSupportedWarning
from anymail.webhooks.sendgrid import SendGridInboundWebhookView
from django.http import HttpRequest

from notifications.delivery.inbound import Letter
from notifications.delivery.models import Provider
from notifications.delivery.providers.inbound import login_of, read_letters


def read_inbound(provider: Provider, request: HttpRequest) -> list[Letter]:
    """Guarded by a login in its address ("user:password", of its own); without it nothing is taken."""
    login = login_of(provider, "inbound_secret")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AnymailNotSupportedWarning)
        view = SendGridInboundWebhookView(webhook_secret=login)
    return read_letters(view, request)
