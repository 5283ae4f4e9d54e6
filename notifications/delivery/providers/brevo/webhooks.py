"""How do Brevo's webhooks come in? https://developers.brevo.com/docs/transactional-webhooks"""

from __future__ import annotations

import json
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import EventType
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from django.http import HttpRequest

from notifications.delivery.models import Provider
from notifications.delivery.providers.webhooks import read_events
from tracking.receipts import Report

_HARD = frozenset({"hard_bounce", "invalid_email"})
_BY_PROXY = frozenset({"proxy_open", "unique_proxy_open"})


class _View(BrevoTrackingWebhookView):  # type: ignore[misc] # Anymail is not typed
    """Anymail's, which knows an unsubscription by another word than Brevo's documentation uses."""

    event_types = {**BrevoTrackingWebhookView.event_types, "unsubscribed": (EventType.UNSUBSCRIBED, None)}


def read_webhook(provider: Provider, request: HttpRequest) -> list[Report]:
    """Guarded by HTTP basic auth ("user:password"); without it nothing is taken.

    https://developers.brevo.com/docs/username-and-password-authentication
    """
    secret = provider.read_credentials().get("webhook_secret")
    if not secret:
        raise AnymailWebhookValidationFailure("The account has no webhook secret.")
    view = _View(webhook_secret=[secret])
    view.run_validators(request)
    if "event" not in json.loads(request.body):
        raise ValueError("a Brevo event says what it is")
    return read_events(view, request, provider, says_hard=_says_hard, says_machine=_says_machine)


def _says_hard(raw: dict[str, Any]) -> bool:
    # Anymail calls a soft_bounce bounced too.
    return raw.get("event") in _HARD


def _says_machine(raw: dict[str, Any]) -> str:
    """ "Loaded by proxy": by Apple's Mail Privacy Protection and its like, read or not."""
    return "provider_says_proxy" if raw.get("event") in _BY_PROXY else ""
