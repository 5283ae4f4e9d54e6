"""How is a parcel handed to Mailjet? Static content once, variables beside it, up to 50 messages a call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest

from notifications.delivery.inbound import Letter
from notifications.delivery.mail import Parcel
from notifications.delivery.models import Provider
from notifications.delivery.providers.api import Envelope
from notifications.delivery.providers.batches import FinishedKind, MergingKind, statics
from notifications.delivery.providers.mailjet.account import ACCOUNT
from notifications.delivery.providers.mailjet.failures import FAILURES, UNREADABLE
from notifications.delivery.providers.mailjet.inbound import read_inbound
from notifications.delivery.providers.mailjet.payload import Backend
from notifications.delivery.providers.mailjet.search import find_accepted
from notifications.delivery.providers.mailjet.webhooks import read_webhook
from tracking.receipts import Report

# What the template language or the older personalization could read, in content and in values alike.
_SYNTAX = re.compile(r"\{\{|\{%|\[\[")


class Mailjet(MergingKind, FinishedKind):
    """Mailjet's Send API v3.1. https://dev.mailjet.com/email/guides/send-api-v31/"""

    slug = "mailjet"
    label = "Mailjet"
    account = ACCOUNT
    backend_class = Backend
    simulator_path = "mailjet/v3.1"
    batch_limit = 50  # "v3.1, where the limit is 50 messages per call"
    header_exceptions = {
        "message-id": "one of Mailjet's forbidden headers: it sets its own",
        "list-id": "one of Mailjet's forbidden headers",
    }
    failures = FAILURES
    credentials = ("api_key", "secret_key")
    webhook_credentials = ("webhook_secret",)

    def build_batch(self, parcel: Parcel) -> Envelope:
        """Variables where nothing could be taken for syntax, else each recipient's finished mail in the same call.

        "By default the template language processing is deactivated": finished mails arrive verbatim.
        """
        if _holds_syntax(parcel):
            return FinishedKind.build_batch(self, parcel)
        message = super().build_batch(parcel)
        cast(Any, message).subjects = {member.address: parcel.subject(member) for member in parcel.members}
        return message

    def blank(self, parcel: Parcel, *, subject: str, text: str, html: str) -> Envelope:
        """The tag is Mailjet's "CustomCampaign", which groups messages in its statistics."""
        message = super().blank(parcel, subject=subject, text=text, html=html)
        if parcel.tag:
            cast(Any, message).tags = [parcel.tag]
        return message

    def key_pattern(self, nonce: str) -> str:
        """A variable's name."""
        return f"p{nonce}_%s"

    def mark_pattern(self, nonce: str) -> str:
        """Where that variable is printed. Without a default, an empty one would be an error of the template."""
        return "{{var:" + self.key_pattern(nonce) + ':""}}'

    def error_code(self, error: Exception) -> str:
        """The code of an error of the whole call; UNREADABLE where the answer may be about single messages."""
        response = getattr(error, "response", None)
        if response is None:
            return ""
        try:
            answer = response.json()
            return UNREADABLE if "Messages" in answer else str(answer.get("ErrorCode", ""))
        except (ValueError, TypeError, AttributeError):
            return UNREADABLE

    def find_accepted(self, parcel: Parcel) -> Mapping[UUID, str] | None:
        """See the base class."""
        return find_accepted(parcel, self.backend_options(parcel.provider))

    def read_webhook(self, provider: Provider, request: HttpRequest) -> list[Report]:
        """See the base class."""
        return read_webhook(provider, request)

    def read_inbound(self, provider: Provider, request: HttpRequest) -> list[Letter]:
        """See the base class."""
        return read_inbound(provider, request)


def _holds_syntax(parcel: Parcel) -> bool:
    if _SYNTAX.search(statics(parcel)):
        return True
    return any(_SYNTAX.search(value) for member in parcel.members for value in member.values.regions)
