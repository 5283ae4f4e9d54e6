"""What do the inbound webhooks of all providers share? An authenticated Anymail view's mails become letters."""

from __future__ import annotations

from anymail.exceptions import AnymailConfigurationError, AnymailError, AnymailWebhookValidationFailure
from anymail.webhooks.base import AnymailCoreWebhookView
from django.http import HttpRequest

from notifications.delivery.inbound import Letter, read_letter
from notifications.delivery.models import Provider


def read_letters(view: AnymailCoreWebhookView, request: HttpRequest) -> list[Letter]:
    """Run an Anymail view's validation and read its mails. Raises as `ProviderKind.read_inbound` says."""
    try:
        view.run_validators(request)
        return [read_letter(event.message, event_key=event.event_id) for event in view.parse_events(request)]
    except AnymailWebhookValidationFailure:
        raise
    except (AnymailConfigurationError, AnymailError) as error:  # a report, or a kind of forwarding we do not take
        raise ValueError("not a mail that came in") from error


def login_of(provider: Provider, name: str = "webhook_secret") -> list[str]:
    """The "user:password" that guards the account's address; without one nothing is taken."""
    secret = provider.read_credentials().get(name)
    if not secret:
        raise AnymailWebhookValidationFailure("The account has no login for its webhooks.")
    return [secret]
