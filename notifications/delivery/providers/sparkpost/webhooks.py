"""How do SparkPost's webhooks come in? https://developers.sparkpost.com/api/webhooks/"""

from __future__ import annotations

import json
from typing import Any

from anymail.exceptions import AnymailConfigurationError, AnymailWebhookValidationFailure
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.http import HttpRequest

from notifications.delivery.models import Provider
from notifications.delivery.providers.webhooks import read_events
from tracking.receipts import Report

#: Invalid Recipient; Generic Bounce: No RCPT. The other classes are soft, blocks or policy.
#: https://support.sparkpost.com/docs/deliverability/bounce-classification-codes
_HARD_CLASSES = frozenset({"10", "30"})


def read_webhook(provider: Provider, request: HttpRequest) -> list[Report]:
    """Guarded by HTTP basic auth ("user:password"); without it nothing is taken.

    An empty event, `{"msys": {}}`, is SparkPost trying the address out.
    """
    secret = provider.read_credentials().get("webhook_secret")
    if not secret:
        raise AnymailWebhookValidationFailure("The account has no webhook secret.")
    # A clipped mail never loads the pixel at its end, so the one at its start counts as well.
    view = SparkPostTrackingWebhookView(webhook_secret=[secret], track_initial_open_as_opened=True)
    view.run_validators(request)
    events = json.loads(request.body)
    if not isinstance(events, list) or not events:
        raise ValueError("SparkPost sends a list of events")
    try:
        return read_events(view, request, provider, says_hard=_says_hard, says_machine=_says_machine)
    except AnymailConfigurationError as error:  # of mail that came in
        raise ValueError("not a report about sent mail") from error


def _says_hard(raw: dict[str, Any]) -> bool:
    return str(_event(raw).get("bounce_class")) in _HARD_CLASSES


def _says_machine(raw: dict[str, Any]) -> str:
    event = _event(raw)
    client = event.get("user_agent_parsed") or {}
    is_prefetched = event.get("is_prefetched") or client.get("is_prefetched")
    return "provider_says_prefetched" if is_prefetched else ""


def _event(raw: dict[str, Any]) -> dict[str, Any]:
    event: dict[str, Any] = next(iter(raw["msys"].values()))
    return event
