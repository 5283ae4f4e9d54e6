"""Are reports and answers about text messages believed only when they are Twilio's, and counted only once?

Beside `test_webhooks`, which every mail provider passes. What differs is in the table below.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from notifications.delivery.models import Provider
from notifications.delivery.providers import provider_kinds
from notifications.delivery.providers.twilio.webhooks import sign
from preferences.choices import choose
from preferences.models import Choice, Contact, Suppression
from tests.people import make_contact
from tests.simulator.listener import Listener
from tests.simulator.process import Process
from tests.texts import NUMBER, make_text_provider, text_type
from tracking.models import Message, MessageEvent, WebhookReceipt
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types"),
    pytest.mark.req("K1"),
]

#: Cases of the mail providers' suite that text messages have no counterpart of, with the reason.
EXCEPTIONS = {
    "a_complaint_ends_marketing_only": "networks report no complaints; STOP is what people have",
    "a_replay_of_an_old_capture_is_refused": "the signature holds no time; a replay changes nothing",
}


class Captured:
    """A real webhook as the provider sent it."""

    def __init__(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        self.path, self.body, self.headers = path, body, headers

    def post(self, *, path: str = "", body: bytes | None = None, signature: str | None = None) -> int:
        signed = self.headers["x-twilio-signature"] if signature is None else signature
        answer = Client(raise_request_exception=True).post(
            path or self.path, data=self.body if body is None else body,
            content_type=self.headers["content-type"], headers={"X-Twilio-Signature": signed},
        )  # fmt: skip
        return answer.status_code


@pytest.fixture
def cleo(db: None) -> Contact:
    """Somebody with a phone."""
    return make_contact("cleo@example.com", first_name="Cleo", phone=NUMBER)


@pytest.fixture
def sent(cleo: Contact, mailbox: Process, listener: Listener, work: Callable[[], None], settings: Any) -> Provider:
    """A text message that was sent, whose reports go to the listener."""
    settings.POSTRIDER_PUBLIC_URL = listener.url
    provider = make_text_provider(mailbox, webhooks=listener.url)
    text_type()
    event.send(sender=None, name="parcel.sent", contact=cleo, payload={"number": "17"})
    work()
    return provider


@pytest.fixture
def captured(sent: Provider, mailbox: Process, listener: Listener) -> Callable[[str], Captured]:
    def capture(action: str) -> Captured:
        before = len(listener.received)
        [accept] = mailbox.accepts()
        mailbox.control("POST", "act", {"accept": accept["number"], "action": action})
        call = listener.wait(before + 1)[-1]
        return Captured(call.path, call.body, {name.lower(): value for name, value in call.headers.items()})

    return capture


def test_a_delivery_is_recorded(captured: Callable[[str], Captured], work: Callable[[], None]) -> None:
    assert captured("deliver").post() == 200
    work()
    assert Message.objects.get().state == "delivered"
    assert Message.objects.get().delivered_at is not None


def test_fifty_times_the_same_is_once(captured: Callable[[str], Captured], work: Callable[[], None]) -> None:
    report = captured("deliver")
    assert {report.post() for _ in range(50)} == {200}
    work()
    assert WebhookReceipt.objects.count() == 1
    assert MessageEvent.objects.filter(kind="delivered").count() == 1


def test_a_report_proves_an_unknown_message(captured: Callable[[str], Captured], work: Callable[[], None]) -> None:
    Message.objects.update(state="unknown", sent_at=None)
    captured("deliver").post()
    work()
    assert Message.objects.get().state == "delivered"


def test_a_dead_number_stops_texts_and_no_mail(
    captured: Callable[[str], Captured], cleo: Contact, work: Callable[[], None]
) -> None:
    assert captured("bounce").post() == 200
    work()
    assert Message.objects.get().bounced_at is not None
    suppression = Suppression.objects.get()
    assert (suppression.scope, suppression.reason) == ("sms", "hard_bounce")
    assert bytes(suppression.address_digest) != bytes(cleo.address_digest)
    event.send(sender=None, name="parcel.sent", contact=cleo, payload={"number": "18"})
    work()
    assert Message.objects.latest("created_at").reason == "suppressed_number"


def test_a_new_number_is_another_matter(
    captured: Callable[[str], Captured], cleo: Contact, mailbox: Process, work: Callable[[], None]
) -> None:
    Contact.objects.update(phone="+4915199999999")  # changed before the report came
    captured("bounce").post()
    work()
    event.send(sender=None, name="parcel.sent", contact=cleo, payload={"number": "18"})
    work()
    assert Message.objects.latest("created_at").state == "sent"


def test_a_phone_that_is_switched_off_stops_nothing(
    captured: Callable[[str], Captured], work: Callable[[], None]
) -> None:
    assert captured("soft-bounce").post() == 200
    work()
    assert MessageEvent.objects.filter(kind="soft_bounced").exists()
    assert Suppression.objects.count() == 0


def test_stop_turns_the_channel_off_and_start_on_again(
    captured: Callable[[str], Captured], sent: Provider, cleo: Contact, work: Callable[[], None]
) -> None:
    answer = captured("unsubscribe")
    assert answer.post() == 200
    assert list(Choice.objects.values_list("channel", "frequency")) == [("sms", "never")]
    event.send(sender=None, name="parcel.sent", contact=cleo, payload={"number": "18"})
    work()
    assert Message.objects.latest("created_at").reason == "channel_off"
    assert _answer(sent, answer, " Start\n") == 200
    event.send(sender=None, name="parcel.sent", contact=cleo, payload={"number": "19"})
    work()
    assert Message.objects.latest("created_at").state == "sent"


def test_start_brings_back_what_was_asked_for_and_no_more(
    captured: Callable[[str], Captured], sent: Provider, cleo: Contact, work: Callable[[], None]
) -> None:
    text_type("asked-for", channels=("email", "sms"))
    text_type("never-asked-for", channels=("email", "sms"))
    choose(cleo, Choice.Frequency.IMMEDIATE, type_key="asked-for", channel="sms")
    answer = captured("unsubscribe")
    answer.post()
    assert _texts_of_next_event(cleo, work) == set()
    _answer(sent, answer, "START")
    assert _texts_of_next_event(cleo, work) == {"parcel", "asked-for"}


def test_start_without_a_stop_asks_for_nothing(
    captured: Callable[[str], Captured], sent: Provider, cleo: Contact
) -> None:
    for text in ("START", "yes"):
        assert _answer(sent, captured("unsubscribe"), text) == 200
    assert Choice.objects.count() == 0


def test_a_wish_after_stop_is_the_only_one_that_counts(
    captured: Callable[[str], Captured], cleo: Contact, work: Callable[[], None]
) -> None:
    for key in ("before", "after"):
        text_type(key, channels=("email", "sms"))
    choose(cleo, Choice.Frequency.IMMEDIATE, type_key="before", channel="sms")
    captured("unsubscribe").post()
    choose(cleo, Choice.Frequency.IMMEDIATE, type_key="after", channel="sms")
    assert _texts_of_next_event(cleo, work) == {"parcel", "after"}


def test_stop_by_an_old_number_leaves_the_new_one(
    captured: Callable[[str], Captured], sent: Provider, cleo: Contact, work: Callable[[], None]
) -> None:
    report = captured("deliver")
    Contact.objects.update(phone="+4915199999999")
    failed = {"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": "21610", "To": NUMBER}
    assert _post(sent, report, failed) == 200
    work()
    assert MessageEvent.objects.filter(kind="unsubscribed").exists()
    assert Choice.objects.count() == 0


@pytest.mark.parametrize("text", ["Please stop by tomorrow", "thanks", "", "STOP IT", "🛑"])
def test_an_answer_that_is_no_keyword_changes_nothing(
    text: str, captured: Callable[[str], Captured], sent: Provider
) -> None:
    assert _answer(sent, captured("unsubscribe"), text) == 200
    assert Choice.objects.count() == 0


@pytest.mark.parametrize("number", ["+4915188888888", "12345", "", "whatsapp:+4915112345678", "\0"])
def test_stop_from_a_stranger_changes_nothing(number: str, captured: Callable[[str], Captured], sent: Provider) -> None:
    assert _answer(sent, captured("unsubscribe"), "STOP", number=number) in {200, 400}
    assert Choice.objects.count() == 0


def test_unsigned_is_refused(captured: Callable[[str], Captured]) -> None:
    for action in ("deliver", "unsubscribe"):
        assert captured(action).post(signature="") == 403
    assert (WebhookReceipt.objects.count(), Choice.objects.count()) == (0, 0)


def test_a_flipped_byte_is_refused(captured: Callable[[str], Captured]) -> None:
    report = captured("deliver")
    assert report.post(body=report.body.replace(b"delivered", b"deliverex", 1)) == 403
    assert WebhookReceipt.objects.count() == 0


def test_another_message_in_the_address_is_refused(captured: Callable[[str], Captured]) -> None:
    report = captured("deliver")
    assert report.post(path=report.path[:-4] + "0000") == 403


def test_another_accounts_key_is_refused(sent: Provider, captured: Callable[[str], Captured]) -> None:
    report = captured("deliver")
    sent.set_credentials({"auth_token": "another"})
    sent.save()
    assert report.post() == 403
    assert WebhookReceipt.objects.count() == 0


def test_garbage_is_refused_and_kept_out(captured: Callable[[str], Captured]) -> None:
    report = captured("deliver")
    for body in (b"", b"not a form", b"[]", b"{}", b"\xff\xfe=%00", b"MessageStatus=delivered"):
        assert report.post(body=body) in {400, 403}
    assert WebhookReceipt.objects.count() == 0


def test_a_signed_report_of_nothing_is_not_understood(sent: Provider, captured: Callable[[str], Captured]) -> None:
    assert _post(sent, captured("deliver"), {"MessageStatus": "delivered"}) == 400
    assert WebhookReceipt.objects.count() == 0


def test_an_unknown_account_is_not_found(captured: Callable[[str], Captured]) -> None:
    report = captured("deliver")
    assert report.post(path=report.path.replace("/?", "x/?")) == 404


def test_what_is_kept_names_nobody(captured: Callable[[str], Captured]) -> None:
    captured("bounce").post()
    kept = str(WebhookReceipt.objects.get().raw)
    assert NUMBER not in kept
    assert NUMBER.lstrip("+") not in kept


def test_every_kind_of_a_phone_channel_is_tested_here() -> None:
    assert {kind.slug for kind in provider_kinds().values() if kind.channel == "sms"} == {"twilio"}


def _texts_of_next_event(contact: Contact, work: Callable[[], None]) -> set[str]:
    seen = set(Message.objects.values_list("pk", flat=True))
    event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": str(len(seen) + 100)})
    work()
    texts = Message.objects.filter(channel="sms", state="sent").exclude(pk__in=seen)
    return set(texts.values_list("type_key", flat=True))


def _answer(provider: Provider, like: Captured, text: str, *, number: str = NUMBER) -> int:
    return _post(provider, like, {"MessageSid": "SM1", "From": number, "To": "+15005550006", "Body": text})


def _post(provider: Provider, like: Captured, form: dict[str, str]) -> int:
    from django.conf import settings
    from django.http import QueryDict

    body = urlencode(form)
    signature = sign(f"{settings.POSTRIDER_PUBLIC_URL}{like.path}", QueryDict(body), "twilio-token")
    return like.post(body=body.encode(), signature=signature)
