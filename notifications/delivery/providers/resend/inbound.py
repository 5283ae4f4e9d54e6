"""How does mail come in through Resend? By a webhook of its own for `email.received`.

https://resend.com/docs/dashboard/receiving/introduction

It names recipients and subject, and that is enough. The mail itself would have to be fetched while Resend waits for an
answer; so whether a machine wrote it stays unknown here.
"""

from __future__ import annotations

import json
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.webhooks.resend import ResendTrackingWebhookView
from django.http import HttpRequest

from notifications.delivery.inbound import Letter
from notifications.delivery.models import Provider


def read_inbound(provider: Provider, request: HttpRequest) -> list[Letter]:
    """Signed by svix with the secret of that webhook."""
    secret = provider.read_credentials().get("inbound_secret")
    if not secret:
        raise AnymailWebhookValidationFailure("The account has no signing secret for mail that comes in.")
    view_class = ResendTrackingWebhookView
    view_class.as_view()  # declares the attribute that takes the secret
    view_class(signing_secret=secret, webhook_secret=[]).run_validators(request)
    event: dict[str, Any] = json.loads(request.body)
    if event["type"] != "email.received":
        raise ValueError("not a mail that came in")
    mail = event["data"]
    named = [str(one) for field in ("to", "cc", "bcc") for one in mail.get(field) or ()]
    return [
        Letter(recipients=named, subject=str(mail.get("subject") or ""), event_key=str(mail.get("message_id") or ""))
    ]
