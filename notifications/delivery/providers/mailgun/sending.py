"""How is a parcel handed to Mailgun? Static content once, recipient variables beside it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest

from notifications.delivery.inbound import Letter
from notifications.delivery.mail import Parcel
from notifications.delivery.models import Provider
from notifications.delivery.providers.batches import MergingKind, statics
from notifications.delivery.providers.mailgun.account import ACCOUNT
from notifications.delivery.providers.mailgun.failures import FAILURES
from notifications.delivery.providers.mailgun.form import Backend
from notifications.delivery.providers.mailgun.inbound import read_inbound
from notifications.delivery.providers.mailgun.search import find_accepted
from notifications.delivery.providers.mailgun.webhooks import read_webhook
from tracking.receipts import Report

# Mailgun reads this in content and in values alike.
_SYNTAX = "%recipient"


class Mailgun(MergingKind):
    """Mailgun's messages API. https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/"""

    slug = "mailgun"
    label = "Mailgun"
    account = ACCOUNT
    backend_class = Backend
    simulator_path = "mailgun/v3"
    batch_limit = 1000  # "Batch Sending": at most 1,000 recipients a call
    ip_pool_field = "o:sending-ip-pool"
    takes_amp = True
    failures = FAILURES
    credentials = ("api_key",)
    webhook_credentials = ("webhook_signing_key",)

    def must_go_alone(self, parcel: Parcel) -> set[int]:
        """Members whose values, or a template whose text, hold Mailgun's own syntax; a single mail is not merged."""
        if _SYNTAX in statics(parcel):
            return set(range(len(parcel.members)))
        return {
            index
            for index, member in enumerate(parcel.members)
            if any(_SYNTAX in value for value in member.values.regions)
        }

    def key_pattern(self, nonce: str) -> str:
        """A recipient variable's name."""
        return f"p{nonce}_%s"

    def mark_pattern(self, nonce: str) -> str:
        """Where Mailgun puts that variable."""
        return f"%%recipient.{self.key_pattern(nonce)}%%"

    def find_accepted(self, parcel: Parcel) -> Mapping[UUID, str] | None:
        """See the base class."""
        return find_accepted(parcel, self.backend_options(parcel.provider))

    def read_webhook(self, provider: Provider, request: HttpRequest) -> list[Report]:
        """See the base class."""
        return read_webhook(provider, request)

    def read_inbound(self, provider: Provider, request: HttpRequest) -> list[Letter]:
        """See the base class."""
        return read_inbound(provider, request)
