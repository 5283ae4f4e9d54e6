"""Does a mail in a browser show what it should to whom, and act for nobody?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from config import clock
from notifications.delivery.models import Call, Provider
from preferences.erasure import erase_contact
from preferences.models import Contact
from tests.accounts import only
from tests.simulator.process import Process
from tests.types import parcel_type, publish_template
from tracking.models import Message, WebhookReceipt
from tracking.signals import event
from tracking.web_links import own_copy_token, web_version_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types"), pytest.mark.req("C3")]

BODY = (
    '<mj-text>Dear {{ contact.first_name | default: "reader" }}, {{ payload.note }}, no. {{ payload.number }}'
    ' <a href="{{ web_version_url }}">In the browser</a> <a href="{{ unsubscribe_url }}">Leave</a>'
    ' <a href="{{ preferences_url }}">Choose</a></mj-text>'
    '<mj-button href="https://shop.example/track">Track</mj-button>'
    '<mj-button href="https://shop.example/p/{{ payload.number }}?a=1&b=2">Parcel</mj-button>'
)


@pytest.fixture
def send(
    ada: Contact, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None], settings: Any
) -> Callable[..., Message]:
    """Sends Ada a parcel mail of a type with these attributes."""
    settings.POSTRIDER_PUBLIC_URL = "https://mail.example"
    only(providers, "mailgun")

    def send(stream: str = "marketing", **attributes: Any) -> Message:
        parcel_type(stream=stream, **attributes)
        publish_template("parcel", body=BODY)
        event.send(sender=None, name="parcel.sent", contact=ada, payload={"number": "17", "note": "a private word"})
        work()
        return Message.objects.get()

    return send


def page_of(message: Message) -> str:
    return urlsplit(web_version_url(message.pk)).path


def own_page(visitor: Client, message: Message, address: str = "ADA@example.com") -> Any:
    return visitor.post(f"{page_of(message)}/own", {"address": address})


def links_in(text: str) -> set[str]:
    return set(re.findall(r'<a\b[^>]* href="(https?://[^"]+)"', text))


def test_the_link_in_the_mail_leads_to_the_version_for_everybody(
    send: Callable[..., Message], visitor: Client, mailbox: Process
) -> None:
    message = send(shared_fields=("number",))
    assert web_version_url(message.pk) in mailbox.mails()[0]["html"]
    answer = visitor.get(page_of(message))
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "Dear reader" in shown
    assert "no. 17" in shown  # declared to be the same for everybody
    assert "Ada" not in shown
    assert "private" not in shown


def test_the_recipients_copy_is_what_was_sent(send: Callable[..., Message], visitor: Client) -> None:
    message = send()
    led = own_page(visitor, message)
    assert led.status_code == 303
    shown = visitor.get(led["Location"]).content.decode()
    assert "Dear Ada, a private word, no. 17" in shown
    assert web_version_url(message.pk) in links_in(shown)  # to pass it on


@pytest.mark.parametrize("whose", ["everybody", "own"])
def test_no_page_acts_for_the_person(send: Callable[..., Message], visitor: Client, whose: str) -> None:
    message = send(shared_fields=("number",))
    before = WebhookReceipt.objects.count()
    path = page_of(message) if whose == "everybody" else own_page(visitor, message)["Location"]
    answer = visitor.get(path)
    shown = answer.content.decode()
    assert links_in(shown) - {web_version_url(message.pk)} == {
        "https://shop.example/track", "https://shop.example/p/17?a=1&amp;b=2", "https://mail.example/w/yours",
    }  # fmt: skip
    assert not re.search(r"/(?:u|p|c|o)/[\w-]{16}", shown)
    assert WebhookReceipt.objects.count() == before
    assert answer["X-Robots-Tag"] == "noindex"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]  # default-src 'none' holds
    assert not answer.cookies


def test_another_address_opens_nothing(send: Callable[..., Message], visitor: Client) -> None:
    answer = own_page(visitor, send(), "ben@example.com")
    assert answer.status_code == 422
    assert "ada@example.com" not in answer.content.decode()


def test_guessing_the_address_has_an_end(send: Callable[..., Message], visitor: Client) -> None:
    message = send()
    answers = [own_page(visitor, message, f"a{number}@example.com").status_code for number in range(21)]
    assert answers == [422] * 20 + [429]
    assert own_page(visitor, message).status_code == 429


def test_the_recipients_copy_is_shown_for_an_hour_only(send: Callable[..., Message], visitor: Client) -> None:
    path = own_page(visitor, send())["Location"]
    with clock.shifted(timedelta(minutes=59)):
        assert visitor.get(path).status_code == 200
    with clock.shifted(timedelta(minutes=61)):
        assert visitor.get(path).status_code == 404


def test_every_bad_token_gets_the_same_answer(send: Callable[..., Message], visitor: Client) -> None:
    message = send()
    good = page_of(message).rpartition("/")[2]
    copy = own_copy_token(message.pk, until=clock.now() + timedelta(hours=1))
    bad = [f"/w/{good[:-1]}", f"/w/{copy}", f"/w/own/{good}", "/w/AAAA", "/w/AAAA/own", f"/w/{good[::-1]}/own"]
    answers = {(answer.status_code, answer.content) for answer in map(visitor.get, bad)}
    assert len(answers) == 1
    assert next(iter(answers))[0] == 404


@pytest.mark.parametrize(
    "attributes", [{"stream": "transactional"}, {"stream": "notification", "is_required": True}, {"stream": "critical"}]
)
def test_what_people_cannot_refuse_has_none(
    send: Callable[..., Message], visitor: Client, mailbox: Process, attributes: dict[str, Any]
) -> None:
    message = send(**attributes)
    assert "/w/" not in mailbox.mails()[0]["html"]
    assert visitor.get(page_of(message)).status_code == 404
    assert own_page(visitor, message).status_code == 404


def test_of_the_erased_only_the_version_for_everybody_is_left(
    send: Callable[..., Message], visitor: Client, ada: Contact
) -> None:
    message = send()
    copy = own_page(visitor, message)["Location"]
    erase_contact(ada, source="test")
    page = visitor.get(page_of(message))
    assert page.status_code == 200
    assert "Show it as you got it" not in page.content.decode()
    assert visitor.get(copy).status_code == 404
    assert own_page(visitor, message).status_code == 404


def test_what_is_not_kept_is_said_so(send: Callable[..., Message], visitor: Client) -> None:
    message = send()
    Call.objects.update(members=None)
    answer = visitor.get(own_page(visitor, message)["Location"])
    assert answer.status_code == 404
    assert "not kept any more" in answer.content.decode()


def test_reading_too_often_is_refused(
    send: Callable[..., Message], visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from preferences import page_limits

    monkeypatch.setattr(page_limits, "READS_OF_NETWORK", replace(page_limits.READS_OF_NETWORK, most=2))
    path = page_of(send())
    assert [visitor.get(path).status_code for _ in range(3)] == [200, 200, 429]


def test_it_says_why_links_do_not_act(visitor: Client) -> None:
    answer = visitor.get("/w/yours", headers={"Accept-Language": "de"})
    assert "in Ihrer eigenen Mail" in answer.content.decode()
