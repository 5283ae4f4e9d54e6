"""Does the name of a mailbox say whose wish a mail to it is, and nothing that somebody made up?"""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

import pytest

from config.ids import new_id
from notifications.delivery.inbound import Letter
from preferences.leave_mail import find_leave, leave_mailbox
from preferences.links import Leave, unsubscribe_url

pytestmark = pytest.mark.req("P2")

LEAVE = Leave(contact_id=17, topic_id=3, message_id=UUID("01990000-0000-7000-8000-000000000001"))


@pytest.fixture(autouse=True)
def _domain(settings: Any) -> None:
    settings.POSTRIDER_INBOUND_DOMAIN = "in.example.com"


@pytest.mark.parametrize(
    "leave", [LEAVE, Leave(contact_id=2**40 - 1, topic_id=2**24 - 1, message_id=new_id())], ids=["small", "largest"]
)
def test_it_says_what_the_link_says(leave: Leave) -> None:
    mailbox = leave_mailbox(unsubscribe_url(leave))
    assert find_leave([mailbox]) == leave
    assert len(mailbox.partition("@")[0]) <= 64  # RFC 5321 4.5.3.1.1


@pytest.mark.parametrize("form", ["{}", "<{}>", '"Leave" <{}>, b@c.example', "Re: unsubscribe {}!", "a@b.example {}"])
def test_it_is_found_wherever_it_stands(form: str) -> None:
    mailbox = leave_mailbox(unsubscribe_url(LEAVE))
    assert find_leave(["", form.format(mailbox)]) == LEAVE
    assert find_leave([form.format(mailbox.upper())]) == LEAVE


def test_without_a_domain_there_is_none(settings: Any) -> None:
    settings.POSTRIDER_INBOUND_DOMAIN = ""
    assert leave_mailbox(unsubscribe_url(LEAVE)) == ""


def test_an_old_key_still_opens_it(settings: Any) -> None:
    mailbox = leave_mailbox(unsubscribe_url(LEAVE))
    settings.POSTRIDER_SIGNING_KEYS = ["a new key of more than thirty-two characters", *settings.POSTRIDER_SIGNING_KEYS]
    assert find_leave([mailbox]) == LEAVE
    settings.POSTRIDER_SIGNING_KEYS = settings.POSTRIDER_SIGNING_KEYS[:1]
    assert find_leave([mailbox]) is None


def test_a_thousand_spoilt_names_are_nobodys() -> None:
    luck = random.Random(7)
    name, _, domain = leave_mailbox(unsubscribe_url(LEAVE)).partition("@")
    token = name.removeprefix("out+")
    for _ in range(1_000):
        place = luck.randrange(len(token) - 1)  # the last sign holds spare bits
        other = luck.choice([one for one in "abcdefghijklmnopqrstuvwxyz234567" if one != token[place]])
        assert find_leave([f"out+{token[:place]}{other}{token[place + 1 :]}@{domain}"]) is None


@pytest.mark.parametrize("sender", ["", "<>", " <> "])
def test_a_bounce_is_nobodys_wish(sender: str) -> None:
    assert Letter(recipients=(), subject="", envelope_sender=sender).is_answer


@pytest.mark.parametrize("sender", [None, "dora@example.com"])
def test_a_persons_mail_is_their_wish(sender: str | None) -> None:
    assert not Letter(recipients=(), subject="", envelope_sender=sender, headers={"auto-submitted": "no"}).is_answer
