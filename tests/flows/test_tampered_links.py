"""Does no public page act, or tell anything, for a link that is not wholly ours? A thousand tries for each."""

from __future__ import annotations

import random
from collections.abc import Callable
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config import tokens
from config.ids import new_id
from preferences.links import Leave, preferences_url, unsubscribe_url
from preferences.models import Choice, Contact
from preferences.sign_up_tokens import confirm_url
from tests.people import make_contact
from tracking.links import message_token
from tracking.models import Message, WebhookReceipt

pytestmark = [pytest.mark.django_db, pytest.mark.req("P1")]

TRIES = 1_000
_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.fixture
def mail(ada: Contact) -> Message:
    return Message.objects.create(contact=ada, source=f"test:{new_id()}", stream="marketing", state="sent")


def links(contact: Contact, mail: Message) -> dict[str, str]:
    """A good link of each kind; {} stands where another token could."""
    leave = Leave(contact_id=contact.pk, topic_id=0, message_id=mail.pk)
    found = {
        "unsubscribe": unsubscribe_url(leave),
        "preferences": preferences_url(contact.pk),
        **{page: f"{preferences_url(contact.pk)}/{page}" for page in ("mails", "phone", "data", "erase")},
        "confirm": confirm_url(UUID(int=7)),
        "open": f"/o/{message_token(mail.pk)}.gif",
        "click": f"/c/{message_token(mail.pk)}/1",
    }
    return {name: urlsplit(url).path for name, url in found.items()}


PAGES = ("unsubscribe", "preferences", "mails", "phone", "data", "erase", "confirm", "open", "click")


def token_of(path: str) -> str:
    return path.split("/")[2].removesuffix(".gif")


def spoil(token: str, others: list[str], luck: random.Random) -> str:
    """Forged, cut, lengthened, swapped with another, or made for another door."""
    place = luck.randrange(len(token))
    ways: list[Callable[[], str]] = [
        lambda: token[:place] + luck.choice(_SIGNS.replace(token[place], "")) + token[place + 1 :],
        lambda: token[:place],
        lambda: token + luck.choice(_SIGNS),
        lambda: token[:-16] + luck.choice(others)[-16:],
        lambda: luck.choice(others),
        lambda: "".join(luck.choice(_SIGNS) for _ in token),
        lambda: token + "=",
        token.swapcase,
    ]
    return luck.choice(ways)()


@pytest.mark.parametrize("page", PAGES)
def test_spoilt_links_do_nothing_and_tell_nothing(visitor: Client, ada: Contact, mail: Message, page: str) -> None:
    ben = make_contact("ben@example.com")
    good = links(ada, mail)
    path, token, luck = good[page], token_of(good[page]), random.Random(page)
    doors = {"unsubscribe": "u", "confirm": "confirm", "open": "o", "click": "c"}
    same_door = {token_of(links(one, mail)[name]) for one in (ada, ben) for name in PAGES
                 if doors.get(name, "p") == doors.get(page, "p")}  # fmt: skip
    others = [token_of(one) for name, one in good.items() if token_of(one) not in same_door]
    answers = set()
    for number in range(TRIES):
        bad = spoil(token, others, luck)
        if bad in same_door or not bad:
            continue
        asked = path.replace(token, bad)
        answer = visitor.post(asked, {"step": "save", "address": ada.email}) if number % 2 else visitor.get(asked)
        answers.add((answer.status_code, answer.get("Location"), bytes(answer.content)))
    assert {(status, where) for status, where, _body in answers} == {(200 if page == "open" else 404, None)}
    assert len({body for *_rest, body in answers}) == 1
    assert b"example.com" not in next(iter(answers))[2]
    assert not Choice.objects.exists()
    assert not WebhookReceipt.objects.exists()


def test_a_spoilt_link_costs_no_query(visitor: Client) -> None:
    visitor.get("/u/AAAA")  # the brand is remembered from here on
    with CaptureQueriesContext(connection) as queries:
        for path in ("/u/AAAA", "/p/AAAA", "/confirm/AAAA", "/o/AAAA.gif", "/c/AAAA/1"):
            visitor.get(path)
    assert len(queries) == 0


def test_links_work_for_ever_and_through_rotations(
    visitor: Client, ada: Contact, mail: Message, settings: object
) -> None:
    paths = links(ada, mail)
    keys = settings.POSTRIDER_SIGNING_KEYS  # type: ignore[attr-defined]
    for number in range(20):
        keys = [f"a later key of the house, number {number:04d}", *keys]
    settings.POSTRIDER_SIGNING_KEYS = keys  # type: ignore[attr-defined]
    assert tokens.sign("unsubscribe", b"") != ""
    Message.objects.update(created_at="2001-01-01T00:00:00Z")
    for page in ("unsubscribe", "preferences", "mails", "phone", "data", "erase"):
        assert visitor.get(paths[page]).status_code == 200, page


@pytest.mark.parametrize("page", ["unsubscribe", "preferences", "mails", "phone", "data", "erase"])
def test_a_forwarded_mails_pages_show_no_address(visitor: Client, mail: Message, ada: Contact, page: str) -> None:
    answer = visitor.get(links(ada, mail)[page])
    assert answer.status_code == 200
    assert "ada@example.com" not in answer.content.decode()
    assert "a***@example.com" in answer.content.decode() or page == "mails"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert not answer.cookies
