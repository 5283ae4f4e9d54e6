"""Do links lead where they should, and never elsewhere?"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from config import tokens
from notifications.delivery.models import Provider
from preferences.links import Leave, preferences_url, unsubscribe_url
from preferences.models import Contact
from tests.accounts import only
from tests.simulator.process import Process
from tests.types import parcel_type, publish_template
from tracking.links import is_safe, message_token
from tracking.models import Message, MessageEvent
from tracking.signals import event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types"), pytest.mark.req("K2")]


@pytest.fixture
def mail(
    ada: Contact, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None], settings: Any
) -> dict[str, Any]:
    """A sent mail with a static and a personal link."""
    settings.POSTRIDER_PUBLIC_URL = "https://mail.example"
    only(providers, "mailgun")
    parcel_type()
    body = (
        '<mj-button href="https://shop.example/track">Track</mj-button>'
        '<mj-button href="https://shop.example/p/{{ payload.number }}">Parcel</mj-button>'
        "<mj-text>{{ payload.note }}</mj-text>"
    )
    publish_template("parcel", body=body)
    event.send(sender=None, name="parcel.sent", contact=ada, payload={"number": "17", "note": "n"})
    work()
    return mailbox.mails()[0]


def _paths(mail: dict[str, Any]) -> list[str]:
    return sorted(set(re.findall(r"https://mail\.example(/c/[^\"\s<)]+)", mail["html"])))


def test_clicks_lead_to_the_stored_and_the_personal_address(
    mail: dict[str, Any], visitor: Client, work: Callable[[], None]
) -> None:
    targets = {visitor.get(path)["Location"] for path in _paths(mail)}
    assert targets == {"https://shop.example/track", "https://shop.example/p/17"}
    work()
    assert Message.objects.get().clicked_at is not None
    assert MessageEvent.objects.filter(kind="clicked").count() == 2


def test_the_pixel_counts_an_open(mail: dict[str, Any], visitor: Client, work: Callable[[], None]) -> None:
    [path] = re.findall(r"https://mail\.example(/o/[^\"]+)", mail["html"])
    answer = visitor.get(path, headers={"user-agent": "Thunderbird"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/gif")
    work()
    assert Message.objects.get().opened_at is not None


def test_machines_are_told_apart(mail: dict[str, Any], visitor: Client, work: Callable[[], None]) -> None:
    visitor.head(_paths(mail)[0])
    visitor.get(_paths(mail)[0], headers={"user-agent": "Barracuda Sentinel"})
    work()
    assert Message.objects.get().clicked_at is None
    assert set(MessageEvent.objects.values_list("machine_reason", flat=True)) == {"head_request", "known_agent"}


def test_tampered_links_redirect_nowhere_else(mail: dict[str, Any], visitor: Client) -> None:
    chance = random.Random(17)
    stored = {"https://shop.example/track", "https://shop.example/p/17"}
    for _ in range(300):
        path = list(chance.choice(_paths(mail)))
        place = chance.randrange(3, len(path))
        path[place] = chance.choice("abcXYZ0189-_./%")
        answer = visitor.get("".join(path))
        assert answer.status_code in {200, 301, 302, 404}
        target = answer.get("Location", "/")
        assert target in stored or target.startswith(("/login/", "/c/")) or target == "/"


def test_a_token_for_one_door_opens_no_other(mail: dict[str, Any], ada: Contact, visitor: Client) -> None:
    message = Message.objects.get()
    token = message_token(message.pk)
    leave = unsubscribe_url(Leave(contact_id=ada.pk, topic_id=0, message_id=message.pk)).rsplit("/", 1)[1]
    preferences = preferences_url(ada.pk).rsplit("/", 1)[1]
    for door, key in (("u", token), ("p", token), ("p", leave), ("u", preferences)):
        assert visitor.get(f"/{door}/{key}").status_code == 404
    assert visitor.get(f"/c/{leave}/1").status_code == 404


def test_links_work_after_a_key_rotation(mail: dict[str, Any], visitor: Client, settings: Any) -> None:
    settings.POSTRIDER_SIGNING_KEYS = ["a new key", *settings.POSTRIDER_SIGNING_KEYS]
    assert visitor.get(_paths(mail)[0]).status_code == 302


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/local", "https://user@evil.example/",
     "https:\\\\evil.example", "ftp://x.example", "https://", " https://x.example", "https://x.example/\n"],
)  # fmt: skip
def test_unsafe_addresses_are_never_redirected_to(url: str) -> None:
    assert not is_safe(url)


def test_no_address_and_no_plain_id_stands_in_a_url(mail: dict[str, Any], ada: Contact) -> None:
    urls = re.findall(r"https://mail\.example\S+", mail["html"] + mail["text"] + str(mail["headers"]))
    assert urls
    assert not any("ada" in url or "@" in url for url in urls)


@pytest.mark.parametrize("token", ["", "x", "A" * 500, "é", "AAAA", "=" * 8])
def test_malformed_tokens_are_bad_tokens(token: str) -> None:
    with pytest.raises(tokens.BadToken):
        tokens.read("mail", token)
