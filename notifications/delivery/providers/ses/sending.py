"""How is a parcel handed to Amazon SES? Mail by mail, each as a finished MIME message."""

from __future__ import annotations

from collections.abc import Sequence
from email.headerregistry import Address
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest

from notifications.delivery.failures import Kind, Verdict, redact
from notifications.delivery.inbound import Letter
from notifications.delivery.mail import Member, Parcel
from notifications.delivery.models import Provider
from notifications.delivery.providers.api import AMP_TYPE, Envelope
from notifications.delivery.providers.base import ProviderKind
from notifications.delivery.providers.ses.account import ACCOUNT
from notifications.delivery.providers.ses.client import NotSetUp, hand_over
from notifications.delivery.providers.ses.failures import judge
from notifications.delivery.providers.ses.inbound import read_inbound
from notifications.delivery.providers.ses.webhooks import read_webhook
from tracking.receipts import Report

_SIMULATED_REGION = "us-east-1"


class Ses(ProviderKind):
    """Amazon SES v2, SendEmail with raw content. It has batches for templates that it stores only.

    https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
    """

    slug = "ses"
    label = "Amazon SES"
    account = ACCOUNT
    takes_amp = True  # "raw" content is the MIME message as it is
    header_exceptions = {"message-id": '"Amazon SES overrides the header with its own value"'}
    credentials = ("access_key_id", "secret_access_key")
    webhook_credentials = ("webhook_secret",)
    required_options = ("region",)
    challenges_webhooks = True  # SNS sends a login only after it was asked for one

    def send(self, parcel: Parcel) -> Sequence[Verdict]:
        """One call a member; there is one member in a parcel, since `batch_limit` is 1."""
        return [self._send_one(parcel, member) for member in parcel.members]

    def _send_one(self, parcel: Parcel, member: Member) -> Verdict:
        try:
            message = build(parcel, member)
            hand_over(parcel.provider.pk, self.backend_options(parcel.provider), message)
        except NotSetUp as error:
            return Verdict(kind=Kind.PROVIDER_WIDE, code="not_set_up", answer=redact(str(error)))
        except Exception as error:  # noqa: BLE001 - every error becomes a verdict
            return judge(error)
        identity = message.anymail_status.message_id
        if not isinstance(identity, str) or not identity:
            return Verdict(kind=Kind.AMBIGUOUS, code="no_message_id")
        return Verdict(kind=Kind.ACCEPTED, provider_message_id=identity)

    def backend_options(self, provider: Provider) -> dict[str, Any]:
        """Keys, region and timeouts; a simulated account always speaks to the simulator, whatever it is told."""
        connect, read = cast(tuple[float, float], settings.ANYMAIL["REQUESTS_TIMEOUT"])
        options = {**provider.settings(), "connect_seconds": connect, "read_seconds": read}
        options.pop("endpoint_url", None)
        if provider.is_simulated:
            options["endpoint_url"] = f"{settings.POSTRIDER_SIMULATOR_URL}/{self.slug}"
            options.setdefault("region", _SIMULATED_REGION)
        return options

    def read_webhook(self, provider: Provider, request: HttpRequest) -> list[Report]:
        """See the base class."""
        return read_webhook(provider, request)

    def read_inbound(self, provider: Provider, request: HttpRequest) -> list[Letter]:
        """See the base class."""
        return read_inbound(provider, request)


def build(parcel: Parcel, member: Member) -> Envelope:
    """One member's finished mail. Anymail writes metadata and tags as headers, which come back in webhooks."""
    to = str(Address(display_name=member.name, addr_spec=member.address)) if member.name else member.address
    message = Envelope(
        subject=parcel.subject(member), body=parcel.text(member), from_email=parcel.sender, to=[to],
        headers={**parcel.headers, **parcel.own_headers(member)},
    )  # fmt: skip
    if amp := parcel.amp(member):
        message.attach_alternative(amp, AMP_TYPE)
    message.attach_alternative(parcel.html(member), "text/html")
    message.metadata = {"message_id": str(member.message_id)}
    settable = cast(Any, message)  # attributes of Anymail that few kinds use
    if parcel.tag:
        settable.tags = [parcel.tag]
    if parcel.ip_pool:
        # https://docs.aws.amazon.com/ses/latest/dg/managing-ip-pools.html: a pool is reached by its configuration set
        settable.esp_extra = {"ConfigurationSetName": parcel.ip_pool}
    return message
