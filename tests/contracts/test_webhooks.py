"""Are webhooks of every provider believed only when they are the provider's, and counted only once?"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from notifications.delivery.models import Provider
from preferences.models import Contact, Suppression
from tests.accounts import only, tell_webhooks
from tests.simulator.listener import Listener
from tests.simulator.process import BASIC_AUTH, Process
from tests.types import parcel_type
from tracking.models import Message, MessageEvent, WebhookReceipt
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types"),
    pytest.mark.req("K1"),
]

KINDS = ["brevo", "mailgun", "mailjet", "postmark", "resend", "sendgrid", "ses", "sparkpost"]


_TRANSPORT = {"content-type", "content-length", "host", "connection", "transfer-encoding"}


class Captured:
    """A real webhook as the provider sent it, to be posted as it is or spoiled."""

    def __init__(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        self.path, self.body, self.headers = path, body, headers

    def post(self, *, body: bytes | None = None) -> int:
        headers = self.headers
        answer = Client(raise_request_exception=True).post(
            self.path,
            data=self.body if body is None else body,
            content_type=headers["content-type"],
            headers={name: value for name, value in headers.items() if name not in _TRANSPORT},
        )
        return answer.status_code


@pytest.fixture(params=KINDS)
def sent(
    request: pytest.FixtureRequest, ada: Contact, providers: dict[str, Provider], mailbox: Process,
    listener: Listener, work: Callable[[], None],
) -> Provider:  # fmt: skip
    """A mail sent through the provider, whose webhooks go to the listener."""
    provider = only(providers, request.param)
    tell_webhooks(mailbox, providers, listener.url)
    parcel_type()
    event.send(sender=None, name="parcel.sent", contact=ada, payload={"number": "17"})
    work()
    return provider


@pytest.fixture
def captured(sent: Provider, mailbox: Process, listener: Listener) -> Callable[[str], Captured]:
    def capture(action: str) -> Captured:
        before = len(listener.received)
        [accept] = mailbox.accepts()
        mailbox.control("POST", "act", {"accept": accept["number"], "action": action, "by": "provider"})
        call = listener.wait(before + 1)[-1]
        return Captured(call.path, call.body, {name.lower(): value for name, value in call.headers.items()})

    return capture


def test_a_delivery_is_recorded(captured: Callable[[str], Captured], work: Callable[[], None]) -> None:
    assert captured("deliver").post() == 200
    work()
    message = Message.objects.get()
    assert message.state == "delivered"
    assert message.delivered_at is not None


def test_fifty_times_the_same_is_once(captured: Callable[[str], Captured], work: Callable[[], None]) -> None:
    report = captured("deliver")
    assert {report.post() for _ in range(50)} == {200}
    work()
    assert WebhookReceipt.objects.count() == 1
    assert MessageEvent.objects.filter(kind="delivered").count() == 1


def test_a_hard_bounce_suppresses(captured: Callable[[str], Captured], work: Callable[[], None]) -> None:
    assert captured("bounce").post() == 200
    work()
    assert Message.objects.get().bounced_at is not None
    assert Suppression.objects.get().reason == "hard_bounce"


def test_a_soft_bounce_is_counted_only(captured: Callable[[str], Captured], work: Callable[[], None]) -> None:
    assert captured("soft-bounce").post() == 200
    work()
    assert MessageEvent.objects.filter(kind="soft_bounced").count() == 1
    assert Message.objects.get().bounced_at is None
    assert not Suppression.objects.exists()


def test_a_complaint_ends_marketing_only(captured: Callable[[str], Captured], work: Callable[[], None]) -> None:
    assert captured("complain").post() == 200
    work()
    assert Suppression.objects.get().scope == "marketing"


def test_unsigned_is_refused(captured: Callable[[str], Captured]) -> None:
    report = captured("deliver")
    spoiled = _without_authentication(report)
    assert spoiled.post() in {401, 403}
    assert WebhookReceipt.objects.count() == 0


def test_a_flipped_byte_is_refused_or_changes_nothing(sent: Provider, captured: Callable[[str], Captured]) -> None:
    report = captured("deliver")
    if sent.kind in BASIC_AUTH:
        pytest.skip("nothing is signed; basic auth does not cover the body")
    if sent.kind == "mailgun":
        spoiled = json.loads(report.body)
        spoiled["signature"]["token"] = "0" * 50
        body = json.dumps(spoiled).encode()
    else:
        body = report.body.replace(b"deliver", b"dElivep", 1)
    assert report.post(body=body) == 403
    assert WebhookReceipt.objects.count() == 0


def test_another_accounts_key_is_refused(sent: Provider, captured: Callable[[str], Captured]) -> None:
    report = captured("deliver")
    wrong = {
        "mailgun": {"webhook_signing_key": "another"},
        **{kind: {"webhook_secret": "an:other"} for kind in BASIC_AUTH},
        "resend": {"signing_secret": "whsec_" + base64.b64encode(b"another key of 24 bytes!").decode()},
        "sendgrid": {"tracking_webhook_verification_key": _other_public_key()},
    }
    sent.set_credentials({**sent.read_credentials(), **wrong[sent.kind]})
    sent.save()
    assert report.post() == 403
    assert WebhookReceipt.objects.count() == 0


def test_a_replay_of_an_old_capture_is_refused(
    sent: Provider, captured: Callable[[str], Captured], monkeypatch: pytest.MonkeyPatch
) -> None:
    report = captured("deliver")
    if sent.kind in BASIC_AUTH | {"resend"}:
        pytest.skip("basic auth carries no time; svix, for Resend, reads the machine's clock itself")
    later = timezone.now() + timedelta(hours=73)
    monkeypatch.setattr("notifications.delivery.providers.webhooks.timezone.now", lambda: later)
    assert report.post() == 403


def test_garbage_is_refused_and_kept_out(sent: Provider, captured: Callable[[str], Captured]) -> None:
    report = captured("deliver")
    for body in (b"", b"not json", b"[]", b"{}", b"null", b'"text"', b"[1]"):
        assert report.post(body=body) in {400, 403}
    assert WebhookReceipt.objects.count() == 0


def test_an_unknown_account_is_not_found(captured: Callable[[str], Captured]) -> None:
    report = captured("deliver")
    report.path = report.path.rstrip("/") + "x/"
    assert report.post() == 404


def test_a_report_before_our_own_commit_counts(captured: Callable[[str], Captured], work: Callable[[], None]) -> None:
    Message.objects.update(state="queued", sent_at=None)
    captured("deliver").post()
    work()
    assert Message.objects.get().state == "delivered"


def _without_authentication(report: Captured) -> Captured:
    secret = ("authorization", "svix-signature", "x-twilio-email-event-webhook-signature")
    headers = {name: value for name, value in report.headers.items() if name.lower() not in secret}
    body = report.body
    if b'"signature"' in body:
        unsigned: dict[str, Any] = json.loads(body)
        unsigned.pop("signature")
        body = json.dumps(unsigned).encode()
    return Captured(report.path, body, headers)


def _other_public_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()
