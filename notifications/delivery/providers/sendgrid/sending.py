"""How is a parcel handed to SendGrid? Static content once, substitutions beside it."""

from __future__ import annotations

import warnings

from anymail.exceptions import AnymailNotSupportedWarning
from django.http import HttpRequest

from notifications.delivery.mail import Parcel
from notifications.delivery.models import Provider
from notifications.delivery.providers.api import ApiKind, Envelope, batch_headers, merge_values, nonce, placeholders
from notifications.delivery.providers.sendgrid.failures import FAILURES
from notifications.delivery.providers.sendgrid.webhooks import read_webhook
from tracking.receipts import Report

# Anymail keeps its SendGrid backend without a live account to test on; our contract suite covers it.
warnings.filterwarnings("ignore", category=AnymailNotSupportedWarning)
from anymail.backends.sendgrid import EmailBackend  # noqa: E402 - after the filter

# "The total size of the substitutions of a personalization must not exceed 10,000 bytes."
_MAX_SUBSTITUTIONS = 10_000


class SendGrid(ApiKind):
    """SendGrid's v3 mail send. https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send"""

    slug = "sendgrid"
    label = "SendGrid"
    backend_class = EmailBackend
    simulator_path = "sendgrid/v3"
    batch_limit = 1000  # "no more than 1,000 personalizations"
    failures = FAILURES
    credentials = ("api_key",)
    webhook_credentials = ("tracking_webhook_verification_key",)

    def must_go_alone(self, parcel: Parcel) -> set[int]:
        """Members whose values are larger than SendGrid takes as substitutions."""
        return {
            index
            for index, member in enumerate(parcel.members)
            if sum(len(value.encode()) + 24 for value in member.values.regions) + 64 > _MAX_SUBSTITUTIONS
        }

    def build_batch(self, parcel: Parcel) -> Envelope:
        """Content with literal marks and, for each recipient, what stands in their place."""
        name = f"-p{nonce(parcel)}.%s-"
        version = parcel.version
        message = self.blank(
            parcel, subject=placeholders(version.subject, name), text=placeholders(version.text, name),
            html=placeholders(version.html, name),
        )  # fmt: skip
        message.merge_data = {
            member.address: {name % number: value for number, value in merge_values(member).items()}
            for member in parcel.members
        }
        batch_headers(message, parcel)
        return message

    def read_webhook(self, provider: Provider, request: HttpRequest) -> list[Report]:
        """See the base class."""
        return read_webhook(provider, request)
