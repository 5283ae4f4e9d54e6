"""How is a parcel handed to SparkPost? Static content once, substitution data beside it, with a key for repeats."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest

from notifications.delivery.inbound import Letter
from notifications.delivery.mail import Member, Parcel
from notifications.delivery.models import Provider
from notifications.delivery.providers.api import Envelope
from notifications.delivery.providers.batches import MergingKind
from notifications.delivery.providers.sparkpost.account import ACCOUNT
from notifications.delivery.providers.sparkpost.braces import VALUES, protect, protect_static
from notifications.delivery.providers.sparkpost.failures import FAILURES
from notifications.delivery.providers.sparkpost.inbound import read_inbound
from notifications.delivery.providers.sparkpost.payload import Backend
from notifications.delivery.providers.sparkpost.search import find_accepted
from notifications.delivery.providers.sparkpost.webhooks import read_webhook
from tracking.receipts import Report

# "The maximum length is 100KB per recipient", the values of its own headers among them.
_LARGEST_VALUES = 90_000
_LONGEST_CAMPAIGN = 64  # bytes


class SparkPost(MergingKind):
    """SparkPost's transmissions API. https://developers.sparkpost.com/api/transmissions/"""

    slug = "sparkpost"
    label = "SparkPost"
    account = ACCOUNT
    backend_class = Backend
    simulator_path = "sparkpost/api/v1"
    batch_limit = 1000  # up to 10,000, "smaller transmissions may be more efficient" with much personalization
    idempotency_window = timedelta(hours=24)  # "Idempotent Requests": keys are kept for 24 hours
    header_exceptions = {"message-id": "SparkPost gives every message its own, to recognise late bounces"}
    takes_amp = True
    failures = FAILURES
    credentials = ("api_key",)
    webhook_credentials = ("webhook_secret",)

    def must_go_alone(self, parcel: Parcel) -> set[int]:
        """Members whose values are larger than SparkPost takes beside the content."""
        return {index for index, member in enumerate(parcel.members) if _is_large(member)}

    def key_pattern(self, nonce: str) -> str:
        """The name of a substitution value: letters, digits and underscores."""
        return f"p{nonce}_%s"

    def mark_pattern(self, nonce: str) -> str:
        """Triple braces: the value as it is, neither escaped for HTML nor encoded for a link."""
        return "{{{" + self.key_pattern(nonce) + "}}}"

    def build(self, parcel: Parcel) -> Envelope:
        """A single mail goes with substitutions switched off, a batch with its static braces protected."""
        is_single = len(parcel.members) == 1
        message = super().build(parcel if is_single else protect_static(parcel))
        if is_single:
            # Members who cannot share a call go one by one: each such call needs a key of its own.
            message.call_id = f"{parcel.call_id}.{parcel.members[0].message_id}"
            message.subject = protect(str(message.subject))
        _set_options(message, parcel, is_single=is_single)
        return message

    def error_code(self, error: Exception) -> str:
        """The code of the first of `errors`."""
        try:
            return str(cast(Any, error).response.json()["errors"][0]["code"])
        except (AttributeError, ValueError, KeyError, IndexError, TypeError):
            return ""

    def find_accepted(self, parcel: Parcel) -> Mapping[UUID, str] | None:
        """See the base class."""
        return find_accepted(parcel, self.backend_options(parcel.provider))

    def read_webhook(self, provider: Provider, request: HttpRequest) -> list[Report]:
        """See the base class."""
        return read_webhook(provider, request)

    def read_inbound(self, provider: Provider, request: HttpRequest) -> list[Letter]:
        """See the base class."""
        return read_inbound(provider, request)


def _is_large(member: Member) -> bool:
    regions = member.values.regions
    if 6 * sum(map(len, regions)) < _LARGEST_VALUES:  # no character takes more than six bytes in JSON, or two escapes
        return False
    return len(json.dumps(regions)) > _LARGEST_VALUES


def _set_options(message: Envelope, parcel: Parcel, *, is_single: bool) -> None:
    # SparkPost replaces List-Unsubscribe by its own unless a mail is marked transactional, and would then keep its own
    # list of who unsubscribed: https://support.sparkpost.com/docs/user-guide/remove-list-unsubscribe-header
    options: dict[str, Any] = {"transactional": True}
    if is_single:
        options["perform_substitutions"] = False
    if parcel.ip_pool:
        options["ip_pool"] = parcel.ip_pool
    settable = cast(Any, message)  # attributes of Anymail that few kinds use
    settable.merge_global_data = dict(VALUES)
    settable.esp_extra = {"options": options}
    if parcel.tag:
        settable.tags = [parcel.tag.encode()[:_LONGEST_CAMPAIGN].decode(errors="ignore")]
