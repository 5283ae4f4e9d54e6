"""Does only the owner's own press confirm a sign-up, however the link is bent, forwarded, pressed twice or late?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db.models import F
from django.test import Client

from config.tokens import sign
from preferences.consent import publish_wording
from preferences.erasure import erase_contact
from preferences.links import preferences_url
from preferences.models import Choice, ConsentRecord, Contact, SignUp
from preferences.sign_up_tokens import confirm_url
from preferences.sign_ups import CONFIRMABLE_FOR
from tests.sign_ups import fill_in, make_form, make_topic, token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(visitor: Client) -> SignUp:
    """Dora has signed up, and has the mail."""
    fill_in(visitor, make_form(), "dora@example.com")
    return SignUp.objects.get()


def path_of(sign_up: SignUp) -> str:
    return urlsplit(confirm_url(sign_up.pk)).path


def press(visitor: Client, sign_up: SignUp, step: str = "confirm") -> Any:
    return visitor.post(path_of(sign_up), {"step": step}, REMOTE_ADDR="198.51.100.9")


def ledger() -> list[tuple[str, str | None]]:
    return list(ConsentRecord.objects.order_by("pk").values_list("action", "ip"))


@pytest.mark.req("P3")
@pytest.mark.parametrize("method", ["get", "head"])
def test_a_scanner_that_follows_the_link_confirms_nothing(visitor: Client, asked: SignUp, method: str) -> None:
    response = getattr(visitor, method)(path_of(asked))
    assert (response.status_code, response.cookies) == (200, {})
    assert Contact.objects.get().is_unconfirmed
    assert not Choice.objects.exists()


@pytest.mark.req("P3")
def test_the_button_confirms_with_words_time_and_network(visitor: Client, asked: SignUp) -> None:
    assert "You are signed up" in press(visitor, asked).content.decode()
    asked.refresh_from_db()
    assert asked.confirmed_at is not None
    assert not Contact.objects.get().is_unconfirmed
    assert Choice.objects.get().source == "form:newsletter"
    assert ledger() == [("asked", "203.0.113.7"), ("confirmed", "198.51.100.9")]
    assert ConsentRecord.objects.latest("pk").wording == asked.wording


def test_twice_is_as_once(visitor: Client, asked: SignUp) -> None:
    for _ in range(3):
        assert press(visitor, asked).status_code == 200
    assert len(ledger()) == 2


@pytest.mark.parametrize("step", ["", "leave", "CONFIRM", "\x00"])
def test_another_button_confirms_nothing(visitor: Client, asked: SignUp, step: str) -> None:
    assert press(visitor, asked, step).status_code == 200
    assert not Choice.objects.exists()


def test_a_post_that_cannot_be_read_confirms_nothing(visitor: Client, asked: SignUp) -> None:
    for kind in ("multipart/form-data", "text/plain", "application/x-www-form-urlencoded; charset=nonsense"):
        assert visitor.generic("POST", path_of(asked), b"\xff\xfe", content_type=kind).status_code == 200
    assert not Choice.objects.exists()


def test_bent_links_get_the_one_answer(visitor: Client, asked: SignUp) -> None:
    good = path_of(asked)
    bad = [
        good[:-1], good + "A", good[:12] + ("B" if good[12] != "B" else "C") + good[13:], "/confirm/x",
        "/confirm/" + urlsplit(preferences_url(asked.contact_id)).path.removeprefix("/p/"),
        "/confirm/" + token_of(asked.form), "/confirm/" + sign("unsubscribe", asked.pk.bytes),
        "/confirm/" + sign("confirm sign-up", asked.pk.bytes[:-1]),
    ]  # fmt: skip
    answers = [visitor.post(path, {"step": "confirm"}) for path in bad]
    assert {(one.status_code, one.content) for one in answers} == {(404, answers[0].content)}
    assert not Choice.objects.exists()


def test_a_sign_up_that_never_was_looks_like_one_that_is_too_old(visitor: Client, asked: SignUp) -> None:
    never = visitor.get(urlsplit(confirm_url(uuid4())).path)
    SignUp.objects.update(requested_at=F("requested_at") - CONFIRMABLE_FOR - timedelta(hours=1))
    late = press(visitor, asked)
    assert (late.status_code, late.content) == (410, never.content)
    assert not Choice.objects.exists()


def test_a_confirmed_link_still_answers_years_later(visitor: Client, asked: SignUp) -> None:
    press(visitor, asked)
    SignUp.objects.update(requested_at=F("requested_at") - timedelta(days=2000))
    assert "You are signed up already" in visitor.get(path_of(asked)).content.decode()


def test_the_page_shows_no_address(visitor: Client, asked: SignUp) -> None:
    page = visitor.get(path_of(asked)).content.decode()
    assert "d***@example.com" in page
    assert "dora@example.com" not in page


def test_it_can_be_undone_and_done_again(visitor: Client, asked: SignUp) -> None:
    press(visitor, asked)
    press(visitor, asked, "undo")
    assert Contact.objects.get().is_unconfirmed
    assert Choice.objects.get().frequency == "never"
    press(visitor, asked)
    assert Choice.objects.get().frequency == "immediate"
    assert [action for action, _ in ledger()] == ["asked", "confirmed", "withdrawn", "confirmed"]


def test_an_undo_without_a_confirmation_takes_nothing_away(visitor: Client, asked: SignUp) -> None:
    press(visitor, asked, "undo")
    assert not Choice.objects.exists()
    assert len(ledger()) == 1


@pytest.mark.req("P3")
def test_a_text_that_changes_meanwhile_changes_nothing_for_who_read_it(visitor: Client, asked: SignUp) -> None:
    asked.form.wording = publish_wording("form-newsletter", "Other words entirely.")
    asked.form.save(update_fields=["wording"])
    assert "Other words" not in visitor.get(path_of(asked)).content.decode()
    press(visitor, asked)
    assert ConsentRecord.objects.latest("pk").wording == asked.wording


def test_a_form_that_was_closed_or_asks_for_more_keeps_its_word(visitor: Client, asked: SignUp) -> None:
    asked.form.topics.add(make_topic("offers"))
    asked.form.is_active = False
    asked.form.save(update_fields=["is_active"])
    press(visitor, asked)
    assert [one.topic and one.topic.key for one in Choice.objects.all()] == ["news"]


def test_who_was_erased_meanwhile_is_not_brought_back(visitor: Client, asked: SignUp) -> None:
    path = path_of(asked)
    erase_contact(asked.contact, source="test")
    assert visitor.post(path, {"step": "confirm"}).status_code == 410
    assert Contact.objects.get().email == ""
    assert not Choice.objects.exists()


def test_who_has_it_weekly_keeps_it_weekly(visitor: Client, asked: SignUp) -> None:
    topic = asked.topics.get()
    Choice.objects.create(contact=asked.contact, topic=topic, frequency="weekly")
    press(visitor, asked)
    assert Choice.objects.get().frequency == "weekly"
