"""How is a parcel handed to SendGrid? Static content once, substitutions beside it."""

from __future__ import annotations

import warnings
from typing import Any

from anymail.exceptions import AnymailNotSupportedWarning
from django.http import HttpRequest

from notifications.delivery.inbound import Letter
from notifications.delivery.mail import Parcel
from notifications.delivery.models import Provider
from notifications.delivery.providers.api import Envelope
from notifications.delivery.providers.batches import MergingKind
from notifications.delivery.providers.recipients import ReadyPayload
from notifications.delivery.providers.sendgrid.account import ACCOUNT
from notifications.delivery.providers.sendgrid.failures import FAILURES
from notifications.delivery.providers.sendgrid.inbound import read_inbound
from notifications.delivery.providers.sendgrid.webhooks import read_webhook
from tracking.receipts import Report

# Anymail keeps its SendGrid backend without a live account to test on; our contract suite covers it.
warnings.filterwarnings("ignore", category=AnymailNotSupportedWarning)
from anymail.backends.sendgrid import EmailBackend, SendGridPayload  # noqa: E402 - after the filter

# "The total size of the substitutions of a personalization must not exceed 10,000 bytes."
_MAX_SUBSTITUTIONS = 10_000


class Payload(ReadyPayload, SendGridPayload):  # type: ignore[misc] # Anymail is not typed
    """Anymail's, for recipients that need no parsing."""


class Backend(EmailBackend):  # type: ignore[misc] # Anymail is not typed
    """Anymail's backend with such payloads."""

    def build_message_payload(self, message: Envelope, defaults: Any) -> Payload:
        """See Anymail."""
        return Payload(message, defaults, self)


class SendGrid(MergingKind):
    """SendGrid's v3 mail send. https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send

    Its Email Activity API could be asked for accepted mail, but has to be bought, and cannot search by our ids.
    https://www.twilio.com/docs/sendgrid/api-reference/email-activity/filter-all-messages
    """

    slug = "sendgrid"
    label = "SendGrid"
    account = ACCOUNT
    backend_class = Backend
    simulator_path = "sendgrid/v3"
    batch_limit = 1000  # "no more than 1,000 personalizations"
    ip_pool_field = "ip_pool_name"
    takes_amp = True
    failures = FAILURES
    credentials = ("api_key",)
    inbound_credentials = ("inbound_secret",)
    webhook_credentials = ("tracking_webhook_verification_key",)

    def must_go_alone(self, parcel: Parcel) -> set[int]:
        """Members whose values are larger than SendGrid takes as substitutions."""
        return {
            index
            for index, member in enumerate(parcel.members)
            if sum(len(value.encode()) + 24 for value in member.values.regions) + 64 > _MAX_SUBSTITUTIONS
        }

    def key_pattern(self, nonce: str) -> str:
        """A substitution: the literal text that is replaced."""
        return f"-p{nonce}.%s-"

    def read_webhook(self, provider: Provider, request: HttpRequest) -> list[Report]:
        """See the base class."""
        return read_webhook(provider, request)

    def read_inbound(self, provider: Provider, request: HttpRequest) -> list[Letter]:
        """See the base class."""
        return read_inbound(provider, request)
