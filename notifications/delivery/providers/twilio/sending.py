"""How is a text message handed to Twilio? One form a message; its identity travels in the address for reports.

https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource

Twilio takes no idempotency key, and its list of messages holds nothing of ours but number and text, which two messages
may share. So it is not asked what it has: after a read timeout the message is unknown until its report, whose address
names it, says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import quote, urlsplit
from uuid import UUID

import requests
from django.conf import settings
from django.http import HttpRequest

from notifications.catalog.channels import SMS
from notifications.delivery.failures import Kind, Verdict, judge_exception, judge_response
from notifications.delivery.mail import Member, Parcel
from notifications.delivery.models import Provider
from notifications.delivery.providers.base import ProviderKind, digest_options
from notifications.delivery.providers.kept import Kept
from notifications.delivery.providers.twilio.account import ACCOUNT, API
from notifications.delivery.providers.twilio.failures import FAILURES, REFUSALS
from notifications.delivery.providers.twilio.webhooks import MESSAGE, read_reply, read_status
from notifications.delivery.replies import Reply
from tracking.receipts import Report

_kept: Kept[requests.Session] = Kept(idle_seconds=3.0, close=lambda session: session.close())
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
_SERVICE = "MG"  # how the SIDs of Messaging Services begin


class Twilio(ProviderKind):
    """Twilio's Programmable Messaging."""

    slug = "twilio"
    label = "Twilio"
    channel = SMS
    account = ACCOUNT
    failures = FAILURES
    refusals = REFUSALS
    credentials = ("auth_token",)
    required_options = ("account_sid", "sender")

    def send(self, parcel: Parcel) -> Sequence[Verdict]:
        """One call a message; a parcel holds one."""
        return [self._send_one(parcel, member) for member in parcel.members]

    def _send_one(self, parcel: Parcel, member: Member) -> Verdict:
        options = self.backend_options(parcel.provider)
        text = parcel.text(member)
        if not text.strip():
            return Verdict(kind=Kind.PERMANENT_MESSAGE, code="empty_text", answer="the text message would be empty")
        form = {
            "To": member.address, "Body": text, "StatusCallback": status_address(parcel.provider, member.message_id),
            "MessagingServiceSid" if parcel.sender.startswith(_SERVICE) else "From": parcel.sender,
        }  # fmt: skip
        try:
            answer = _post(options, (parcel.provider.pk, digest_options(options)), form)
        except requests.RequestException as error:
            return judge_exception(error, self.failures)
        return self._judge(answer)

    def _judge(self, answer: requests.Response) -> Verdict:
        told = _read(answer)
        if answer.status_code in {200, 201} and told.get("sid"):
            return Verdict(kind=Kind.ACCEPTED, provider_message_id=str(told["sid"]))
        return judge_response(answer, self.failures, str(told.get("code") or ""))

    def sender_for(self, provider: Provider, stream: str) -> str:
        """The account's number, name or Messaging Service."""
        return str(provider.options.get("sender", ""))

    def backend_options(self, provider: Provider) -> dict[str, Any]:
        """Options and credentials; a simulated account always speaks to the simulator, whatever it is told."""
        options = provider.settings()
        if provider.is_simulated:
            options["api_url"] = f"{settings.POSTRIDER_SIMULATOR_URL}/{self.slug}"
        return options

    def read_webhook(self, provider: Provider, request: HttpRequest) -> list[Report]:
        """See the base class."""
        return read_status(provider, request)

    def read_reply(self, provider: Provider, request: HttpRequest) -> Reply | None:
        """See the base class."""
        return read_reply(provider, request)


def status_address(provider: Provider, message_id: UUID) -> str:
    """Where Twilio reports on a message: the account's webhook, with the message's own id."""
    account = f"{settings.POSTRIDER_PUBLIC_URL}/webhooks/{provider.kind}/{provider.webhook_key}/"
    return f"{account}?{MESSAGE}={message_id}"


def _post(options: dict[str, Any], key: tuple[object, str], form: dict[str, str]) -> requests.Response:
    """Raises requests.RequestException."""
    api, sid = (options.get("api_url") or API).rstrip("/"), options["account_sid"]
    with _kept.borrow(key, lambda: _open(api)) as session:
        return session.post(
            f"{api}/2010-04-01/Accounts/{quote(sid, safe='')}/Messages.json", data=form,
            auth=(sid, options["auth_token"]), timeout=_timeout(), allow_redirects=False,
        )  # fmt: skip


def _timeout() -> tuple[float, float]:
    """To connect, and to read: the same as for mail."""
    connect, read = cast("tuple[float, float]", settings.ANYMAIL["REQUESTS_TIMEOUT"])
    return connect, read


def _open(api: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = urlsplit(api).hostname not in _LOCAL  # no proxy stands between us and ourselves
    return session


def _read(answer: requests.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
