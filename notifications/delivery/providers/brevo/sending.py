"""How is a parcel handed to Brevo? Static content once, parameters beside it, with a key for repeats."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest

from notifications.delivery.failures import Kind, Verdict
from notifications.delivery.inbound import Letter
from notifications.delivery.mail import Member, Parcel
from notifications.delivery.models import Provider
from notifications.delivery.providers.api import APART_SECONDS, Envelope
from notifications.delivery.providers.batches import MergingKind
from notifications.delivery.providers.brevo.account import ACCOUNT
from notifications.delivery.providers.brevo.braces import as_is, protect, protect_static
from notifications.delivery.providers.brevo.failures import FAILURES, REPEATED
from notifications.delivery.providers.brevo.inbound import read_inbound
from notifications.delivery.providers.brevo.payload import Backend
from notifications.delivery.providers.brevo.search import find_accepted
from notifications.delivery.providers.brevo.webhooks import read_webhook
from tracking.receipts import Report

# "The size of individual params in all the messageVersions shall not exceed 100 KB limit and that of cumulative params
# shall not exceed 1000 KB." Some room is left for names and for how Brevo counts.
_LARGEST_VALUES = 90_000
_LARGEST_TOTAL = 900_000


class Brevo(MergingKind):
    """Brevo's transactional mail. https://developers.brevo.com/reference/send-transac-email

    Each version of a batch carries its own `headers`. Brevo's reference does not list them there; Anymail and others
    send them so, among them List-Unsubscribe.
    """

    slug = "brevo"
    label = "Brevo"
    account = ACCOUNT
    backend_class = Backend
    simulator_path = "brevo/v3"
    batch_limit = 1000  # "Send up to 1000 email messages in one API call"
    idempotency_window = timedelta(minutes=15)  # the guide says 30, the announcement "The TTL … is 15 minutes"
    can_switch_tracking_off = False  # it is a setting of the account
    header_exceptions = {"message-id": "Brevo takes custom headers, “not the standard headers”, and sets its own"}
    failures = FAILURES
    error_field = "code"
    credentials = ("api_key",)
    webhook_credentials = ("webhook_secret",)

    def send(self, parcel: Parcel) -> Sequence[Verdict]:
        """In as many calls as the parameters' sizes ask for; after an uncertain one the rest goes back to the queue."""
        deadline = time.monotonic() + APART_SECONDS
        verdicts: dict[UUID, Verdict] = {}
        for part in split(parcel):
            is_uncertain = any(verdict.kind == Kind.AMBIGUOUS for verdict in verdicts.values())
            if is_uncertain or time.monotonic() > deadline:
                answers: Sequence[Verdict] = [Verdict(kind=Kind.NOT_TRIED)] * len(part.members)
            else:
                answers = self._settle(part, super().send(part))
            verdicts |= {member.message_id: answer for member, answer in zip(part.members, answers, strict=True)}
        return [verdicts[member.message_id] for member in parcel.members]

    def _settle(self, parcel: Parcel, verdicts: Sequence[Verdict]) -> list[Verdict]:
        """A repeat gets an error instead of the first answer: what became of the mails is asked for."""
        if not any(verdict.code.partition(":")[2] in REPEATED for verdict in verdicts):
            return list(verdicts)
        found = self.find_accepted(parcel) or {}
        return [
            Verdict(kind=Kind.ACCEPTED, provider_message_id=found[member.message_id])
            if member.message_id in found
            else verdict
            for member, verdict in zip(parcel.members, verdicts, strict=True)
        ]

    def key_pattern(self, nonce: str) -> str:
        """A parameter's name."""
        return f"p{nonce}_%s"

    def mark_pattern(self, nonce: str) -> str:
        """Where that parameter is printed."""
        return "{{params." + self.key_pattern(nonce) + "}}"

    def build(self, parcel: Parcel) -> Envelope:
        """Braces that Brevo would read are parameters, in joined mails as in batches."""
        nonce = parcel.call_id.hex[-12:]
        brace, mark = self.key_pattern(nonce) % "o", self.mark_pattern(nonce) % "o"
        if len(parcel.members) == 1:
            message = super().build(parcel)
            _protect(message, mark)
            cast(Any, message).merge_global_data = {brace: "{"}
        else:
            message = super().build(protect_static(parcel, mark))
            _print_as_is(message)
            for values in message.merge_data.values():
                values[brace] = "{"
            subjects = {member.address: protect(parcel.subject(member), mark) for member in parcel.members}
            cast(Any, message).subjects = subjects
        return message

    def blank(self, parcel: Parcel, *, subject: str, text: str, html: str) -> Envelope:
        """A key of this call's members, tags to find the call by, and the dedicated IP if one is asked for."""
        message = super().blank(parcel, subject=subject, text=text, html=html)
        message.call_id = str(uuid.uuid5(parcel.call_id, ",".join(str(one.message_id) for one in parcel.members)))
        cast(Any, message).tags = [str(parcel.call_id), *([parcel.tag] if parcel.tag else [])]
        if parcel.ip_pool:
            message.extra_headers["sender.ip"] = parcel.ip_pool
        return message

    def find_accepted(self, parcel: Parcel) -> Mapping[UUID, str] | None:
        """See the base class."""
        return find_accepted(parcel, self.backend_options(parcel.provider))

    def read_webhook(self, provider: Provider, request: HttpRequest) -> list[Report]:
        """See the base class."""
        return read_webhook(provider, request)

    def read_inbound(self, provider: Provider, request: HttpRequest) -> list[Letter]:
        """See the base class."""
        return read_inbound(provider, request)


def split(parcel: Parcel) -> Iterator[Parcel]:
    """The parcel in parts that fit into one call each, always cut at the same places.

    A member whose values are larger than Brevo takes as parameters is a part alone: a single mail has none.
    """
    sizes = {member.message_id: _size(member) for member in parcel.members}
    members: list[Member] = []
    total = 0
    for member in (one for one in parcel.members if sizes[one.message_id] <= _LARGEST_VALUES):
        if total + sizes[member.message_id] > _LARGEST_TOTAL:
            yield replace(parcel, members=tuple(members))
            members, total = [], 0
        members.append(member)
        total += sizes[member.message_id]
    if members:
        yield replace(parcel, members=tuple(members))
    for member in parcel.members:
        if sizes[member.message_id] > _LARGEST_VALUES:
            yield replace(parcel, members=(member,))


def _size(member: Member) -> int:
    """Bytes of a member's parameters, at most."""
    regions = member.values.regions
    return len(json.dumps(regions)) + 24 * (len(regions) + 2) + len(member.token)


def _protect(message: Envelope, mark: str) -> None:
    message.subject = protect(str(message.subject), mark)
    message.body = protect(str(message.body), mark)
    _replace_html(message, lambda html: protect(html, mark))


def _print_as_is(message: Envelope) -> None:
    message.body = as_is(str(message.body)) if message.body else ""
    _replace_html(message, as_is)


def _replace_html(message: Envelope, change: Any) -> None:
    (html,) = message.alternatives
    message.alternatives = []
    message.attach_alternative(change(str(html[0])), "text/html")
