"""How do Twilio's reports and people's answers come in? As forms, signed over their own address.

https://www.twilio.com/docs/usage/webhooks/webhooks-security
https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks

The signature holds no time: a report that is played again is known by its event key and changes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from uuid import UUID

from anymail.exceptions import AnymailWebhookValidationFailure
from django.conf import settings
from django.http import HttpRequest, QueryDict

from notifications.catalog.channels import SMS
from notifications.delivery.failures import Refusal
from notifications.delivery.models import Provider
from notifications.delivery.providers.twilio.failures import REFUSALS
from notifications.delivery.replies import Reply
from preferences.numbers import digest_number
from preferences.phones import BadPhone, normalise_phone
from tracking.models import MessageEvent
from tracking.phone_reports import DIGEST
from tracking.receipts import Report

#: The parameter of a report's address that names the message.
MESSAGE = "message"

_Kind = MessageEvent.Kind
_KINDS: dict[str, _Kind] = {
    "accepted": _Kind.SENT,
    "scheduled": _Kind.SENT,
    "queued": _Kind.SENT,
    "sending": _Kind.SENT,
    "sent": _Kind.SENT,
    "delivered": _Kind.DELIVERED,
    "canceled": _Kind.REJECTED,
}
_FAILED = frozenset({"failed", "undelivered"})
#: Who it was for and what it said is in the call; a report is kept without it.
_PERSONAL = frozenset({"To", "From", "Body"})


def read_status(provider: Provider, request: HttpRequest) -> list[Report]:
    """The report on one message. Raises as `ProviderKind.read_webhook` says."""
    form = _authenticate(provider, request)
    status, code = form["MessageStatus"], form.get("ErrorCode", "")
    return [_report(provider, request, form, kind, code) for kind in _kinds_of(status, code)]


def read_reply(provider: Provider, request: HttpRequest) -> Reply | None:
    """What a person wrote; None for a report."""
    if "MessageStatus" in request.POST or "Body" not in request.POST:
        return None
    form = _authenticate(provider, request)
    try:
        number = normalise_phone(form.get("From", ""))
    except BadPhone:  # a short code: nobody of ours
        number = ""
    # Keywords in other languages, where the account has them: docs/messaging/tutorials/advanced-opt-out
    return Reply(channel=SMS, number=number, text=form.get("OptOutType") or form["Body"])


def sign(address: str, form: QueryDict, key: str) -> str:
    """HMAC-SHA1 over the address and all fields in order of name."""
    told = address + "".join(f"{name}{value}" for name in sorted(form) for value in _values(form, name))
    return base64.b64encode(hmac.new(key.encode(), told.encode(), hashlib.sha1).digest()).decode()


def _values(form: QueryDict, name: str) -> list[str]:
    return sorted({str(value) for value in form.getlist(name)})


def _authenticate(provider: Provider, request: HttpRequest) -> dict[str, str]:
    """The form, if its signature is the account's. The address is ours as others know it, whatever proxies say."""
    key = provider.read_credentials().get("auth_token", "")
    expected = sign(f"{settings.POSTRIDER_PUBLIC_URL}{request.get_full_path()}", request.POST, key)
    if not key or not hmac.compare_digest(expected.encode(), request.headers.get("X-Twilio-Signature", "").encode()):
        raise AnymailWebhookValidationFailure("The signature is not the account's.")
    return {name: str(values[-1]) for name, values in request.POST.lists() if values}


def _kinds_of(status: str, code: str) -> list[_Kind]:
    """What a status says. Somebody who said STOP is two facts: this message was refused, and they want no more."""
    if status not in _FAILED:
        return [_KINDS.get(status, _Kind.OTHER)]
    refusal = REFUSALS.get(code)
    if refusal is Refusal.OPTED_OUT:
        return [_Kind.REJECTED, _Kind.UNSUBSCRIBED]
    if refusal is Refusal.DEAD:
        return [_Kind.BOUNCED]
    return [_Kind.SOFT_BOUNCED if refusal is Refusal.PASSING or status == "undelivered" else _Kind.REJECTED]


def _report(provider: Provider, request: HttpRequest, form: Mapping[str, str], kind: _Kind, code: str) -> Report:
    detail = {"code": code} if code else {}
    if kind in {_Kind.BOUNCED, _Kind.UNSUBSCRIBED}:
        detail[DIGEST] = digest_number(form["To"]).hex()
    return Report(
        provider=provider.key, kind=kind, occurred_at=None, message_id=_message_id(request),
        event_key=f"{form['MessageSid']}:{form['MessageStatus']}:{code}:{kind.value}",
        provider_message_id=form["MessageSid"], detail=detail,
        raw={name: value for name, value in form.items() if name not in _PERSONAL},
    )  # fmt: skip


def _message_id(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get(MESSAGE, ""))
    except ValueError:
        return None
