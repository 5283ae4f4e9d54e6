"""What do all webhooks share? An authenticated Anymail event becomes a report in our words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType
from anymail.webhooks.base import AnymailCoreWebhookView
from django.http import HttpRequest
from django.utils import timezone

from notifications.delivery.failures import redact
from notifications.delivery.models import Provider
from tracking.bounces import is_hard
from tracking.models import MessageEvent
from tracking.receipts import Report, report_key

Kind = MessageEvent.Kind

#: A signature older than this is refused; providers repeat their webhooks for up to three days.
SIGNATURE_WINDOW = timedelta(hours=72)

_KINDS: dict[str, Kind] = {
    EventType.SENT: Kind.SENT,
    EventType.QUEUED: Kind.SENT,
    EventType.DELIVERED: Kind.DELIVERED,
    EventType.DEFERRED: Kind.DEFERRED,
    EventType.REJECTED: Kind.REJECTED,
    EventType.FAILED: Kind.REJECTED,
    EventType.OPENED: Kind.OPENED,
    EventType.CLICKED: Kind.CLICKED,
    EventType.COMPLAINED: Kind.COMPLAINED,
    EventType.UNSUBSCRIBED: Kind.UNSUBSCRIBED,
    EventType.SUBSCRIBED: Kind.RESUBSCRIBED,
}

#: What a provider's folder adds: whether it calls a bounce hard, and why it thinks a machine opened or clicked.
SaysHard = Callable[[dict[str, Any]], bool]
SaysMachine = Callable[[dict[str, Any]], str]


def read_events(
    view: AnymailCoreWebhookView, request: HttpRequest, provider: Provider, *, says_hard: SaysHard,
    says_machine: SaysMachine, signed_at: Callable[[], str] | None = None,
) -> list[Report]:  # fmt: skip
    """Run an Anymail view's validation and translate its events. Raises as `ProviderKind.read_webhook` says.

    `signed_at` gives the time inside a signature that was found good, where Anymail does not look at its age.
    """
    view.run_validators(request)
    if signed_at is not None:
        require_fresh(signed_at())
    return [
        translate(event, provider, says_hard=says_hard, says_machine=says_machine)
        for event in view.parse_events(request)
    ]


def translate(
    event: AnymailTrackingEvent, provider: Provider, *, says_hard: SaysHard, says_machine: SaysMachine
) -> Report:
    """An Anymail event in our words. The raw event is kept whole."""
    raw: dict[str, Any] = event.esp_event
    kind = _KINDS.get(event.event_type, Kind.OTHER)
    if event.event_type == EventType.BOUNCED:
        hard = is_hard(event.mta_response or event.description or "", provider_says_hard=says_hard(raw))
        kind = Kind.BOUNCED if hard else Kind.SOFT_BOUNCED
    when = _time(event.timestamp)
    return Report(
        provider=provider.key, kind=kind, occurred_at=when,
        event_key=_key(event, when), message_id=_our_id(event.metadata),
        provider_message_id=str(event.message_id or ""),
        machine_reason=says_machine(raw) if kind in {Kind.OPENED, Kind.CLICKED} else "",
        detail=_detail(event), raw=raw,
    )  # fmt: skip


def require_fresh(timestamp: str, *, now: datetime | None = None) -> None:
    """Refuse a signature whose own time (Unix seconds) is outside the window: a replay of an old capture."""
    try:
        signed_at = datetime.fromtimestamp(float(timestamp), tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise AnymailWebhookValidationFailure("The webhook's signature carries no readable time.") from None
    if abs((now or timezone.now()) - signed_at) > SIGNATURE_WINDOW:
        raise AnymailWebhookValidationFailure("The webhook's signature is too old, or from the future.")


def never_machine(_raw: dict[str, Any]) -> str:
    """For providers that do not say."""
    return ""


def _time(timestamp: datetime | None) -> datetime | None:
    if timestamp is not None and timestamp.tzinfo is None:
        return timestamp.replace(tzinfo=UTC)
    return timestamp


def _key(event: AnymailTrackingEvent, when: datetime | None) -> str:
    if event.event_id and when is not None:
        return str(event.event_id)
    return report_key(event.event_id, event.message_id, event.recipient, event.event_type, when, event.click_url,
                      event.description)  # fmt: skip


def _our_id(metadata: Any) -> UUID | None:
    try:
        return UUID(str(metadata["message_id"]))
    except (KeyError, TypeError, ValueError):
        return None


def _detail(event: AnymailTrackingEvent) -> dict[str, Any]:
    found = {
        "reason": event.reject_reason, "answer": redact(event.mta_response or event.description or ""),
        "user_agent": (event.user_agent or "")[:300],
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}
