"""How do Mailjet's webhooks come in? https://dev.mailjet.com/email/guides/webhooks/"""

from __future__ import annotations

from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from django.http import HttpRequest

from notifications.delivery.models import Provider
from notifications.delivery.providers.webhooks import never_machine, read_events
from tracking.bounces import is_hard
from tracking.receipts import Report

# What is wrong lies in the content, in reputation or at Mailjet, not in the mailbox.
_NOT_THE_MAILBOX = frozenset({"content", "spam", "system", "mailjet"})


def read_webhook(provider: Provider, request: HttpRequest) -> list[Report]:
    """Guarded by HTTP basic auth ("user:password"), all that Mailjet offers; without it nothing is taken."""
    secret = provider.read_credentials().get("webhook_secret")
    if not secret:
        raise AnymailWebhookValidationFailure("The account has no webhook secret.")
    view = MailjetTrackingWebhookView(webhook_secret=[secret])
    reports = read_events(view, request, provider, says_hard=_says_hard, says_machine=never_machine)
    if not reports:
        raise ValueError("Mailjet sends a list of events")
    return reports


def _says_hard(raw: dict[str, Any]) -> bool:
    """By the receiving server's answer, which Anymail leaves in the raw event; else by Mailjet's flag."""
    is_flagged = raw.get("hard_bounce") is True and raw.get("error_related_to") not in _NOT_THE_MAILBOX
    return is_hard(str(raw.get("comment") or ""), provider_says_hard=is_flagged)
