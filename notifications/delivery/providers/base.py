"""What must a provider folder offer? A KIND: how to send, how to read failures, how its webhooks come in."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest

from notifications.catalog.channels import EMAIL
from notifications.delivery.failures import FailureTable, Refusal, Verdict
from notifications.delivery.inbound import Letter
from notifications.delivery.mail import Parcel
from notifications.delivery.models import Provider
from notifications.delivery.providers.accounts import Account, AccountTest, ConnectionFault, Outcome
from notifications.delivery.replies import Reply
from notifications.delivery.senders import identity_of
from tracking.receipts import Report


class ProviderKind(ABC):
    """One kind of provider. Subclasses are stateless; accounts come in as `Provider` rows."""

    slug: ClassVar[str]
    label: ClassVar[str]
    #: The channel whose messages it carries.
    channel: ClassVar[str] = EMAIL
    #: Recipients a call may carry, from the provider's documentation.
    batch_limit: ClassVar[int] = 1
    #: Whether the members of a call go one after the other, each with its own answer: then calls are kept short.
    is_serial: ClassVar[bool] = False
    #: How long the provider remembers an idempotency key; None where it has none.
    idempotency_window: ClassVar[timedelta | None] = None
    #: Whether an AMP part (text/x-amp-html) can be handed over, by the provider's documentation and Anymail's.
    takes_amp: ClassVar[bool] = False
    #: Headers of ours that the provider replaces or drops, lower case, with the reason.
    header_exceptions: ClassVar[dict[str, str]] = {}
    #: What each status or error code means, with its source.
    failures: ClassVar[FailureTable] = {}
    #: Of a channel without mailboxes: what a code says of the number (the last part of a verdict's code); else nothing.
    refusals: ClassVar[Mapping[str, Refusal]] = {}
    #: Names of the credentials an account needs, and of those its webhooks need.
    credentials: ClassVar[tuple[str, ...]] = ()
    webhook_credentials: ClassVar[tuple[str, ...]] = ()
    #: What is needed beside those where mail comes in.
    inbound_credentials: ClassVar[tuple[str, ...]] = ()
    #: Whether the provider sends the login of its webhooks only once it was asked for one (RFC 9110 11.6.1).
    challenges_webhooks: ClassVar[bool] = False
    #: Secrets that an account may do without, and options that it cannot do without.
    optional_credentials: ClassVar[tuple[str, ...]] = ()
    required_options: ClassVar[tuple[str, ...]] = ()
    #: What people need to know to set an account up, and how it is tested.
    account: ClassVar[Account] = Account()

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

    def read_inbound(self, provider: Provider, request: HttpRequest) -> list[Letter]:
        """Authenticate a webhook that brings mail in, and read it; raises as `read_webhook` does."""
        raise NotImplementedError(f"{self.label} brings no mail in")

    @property
    def has_inbound(self) -> bool:
        """Whether mail can come in through this kind."""
        return type(self).read_inbound is not ProviderKind.read_inbound

    def refusal_of(self, code: str) -> Refusal | None:
        """What a refusal's code ("400:21610") says of the number it was for."""
        return self.refusals.get(code.rpartition(":")[2])

    def read_reply(self, provider: Provider, request: HttpRequest) -> Reply | None:
        """What a person answered, where this webhook tells that and no event; authenticated as in `read_webhook`."""
        return None

    def sender_for(self, provider: Provider, stream: str) -> str:
        """Who a message of the stream is from: the From header, or for other channels whatever the account sends by."""
        return identity_of(stream).sender

    def find_accepted(self, parcel: Parcel) -> Mapping[UUID, str] | None:
        """Ask the provider which of a parcel's messages it has accepted: message id -> the provider's id.

        None where there was no answer, or where the provider cannot be asked. A message that is missing from the
        answer may have been accepted all the same. Takes ten seconds at most; network and API errors are no answer.
        """
        return None

    @property
    def has_search(self) -> bool:
        """Whether this kind can be asked for accepted messages."""
        return type(self).find_accepted is not ProviderKind.find_accepted

    def backend_options(self, provider: Provider) -> dict[str, Any]:
        """What the mail backend is built with."""
        return provider.settings()

    def test_connection(self, provider: Provider) -> AccountTest:
        """Ask the provider something harmless that proves address and credentials, without sending mail."""
        if self.account.test is None:
            text = f"{self.label} cannot be tested without sending: use “Send a test mail”."
            return AccountTest(outcome=Outcome.UNTESTABLE, text=text)
        try:
            return AccountTest(outcome=Outcome.PASSED, text=self.account.test(self.backend_options(provider)))
        except ConnectionFault as fault:
            return AccountTest(outcome=Outcome.FAILED, text=str(fault), code=fault.code, answer=fault.answer)
        except (AttributeError, KeyError, TypeError):  # an answer of another shape than documented
            return AccountTest(outcome=Outcome.FAILED, text=f"What answers there does not speak {self.label}'s API.")


def digest_options(options: Mapping[str, Any]) -> str:
    """Tells an account's settings from those it had before, without keeping its secrets."""
    return hashlib.sha256(repr(sorted(options.items())).encode()).hexdigest()
