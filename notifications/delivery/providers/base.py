"""What must a provider folder offer? A KIND: how to send, how to read failures, how its webhooks come in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.http import HttpRequest

from notifications.delivery.failures import FailureTable, Verdict
from notifications.delivery.mail import Parcel
from notifications.delivery.models import Provider
from tracking.receipts import Report


class ProviderKind(ABC):
    """One kind of provider. Subclasses are stateless; accounts come in as `Provider` rows."""

    slug: ClassVar[str]
    label: ClassVar[str]
    #: Recipients a call may carry, from the provider's documentation.
    batch_limit: ClassVar[int] = 1
    #: How long the provider remembers an idempotency key; None where it has none.
    idempotency_window: ClassVar[timedelta | None] = None
    #: Headers of ours that the provider replaces or drops, lower case, with the reason.
    header_exceptions: ClassVar[dict[str, str]] = {}
    #: What each status or error code means, with its source.
    failures: ClassVar[FailureTable] = {}
    #: Names of the credentials an account needs, and of those its webhooks need.
    credentials: ClassVar[tuple[str, ...]] = ()
    webhook_credentials: ClassVar[tuple[str, ...]] = ()
    #: Secrets that an account may do without, and options that it cannot do without.
    optional_credentials: ClassVar[tuple[str, ...]] = ()
    required_options: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def send(self, parcel: Parcel) -> Sequence[Verdict]:
        """Hand a parcel over; one verdict a member, in order. Network and API errors are verdicts."""

    def read_webhook(self, provider: Provider, request: HttpRequest) -> list[Report]:
        """Authenticate a webhook and translate its events.

        Raises anymail's AnymailWebhookValidationFailure when it is not the provider's, ValueError and KeyError when
        it cannot be understood.
        """
        raise NotImplementedError(f"{self.label} has no webhooks")

    @property
    def has_webhooks(self) -> bool:
        """Whether this kind reports by webhook."""
        return type(self).read_webhook is not ProviderKind.read_webhook

    def backend_options(self, provider: Provider) -> dict[str, Any]:
        """What the mail backend is built with."""
        return provider.settings()
