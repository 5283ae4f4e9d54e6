"""Does a sign-up form tell nobody anything, lose nothing that was typed, and never fall over?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from config.tokens import sign
from preferences.consent import publish_wording
from preferences.models import Contact, SignUp, Suppression
from preferences.sign_up_builder import snippet_page
from preferences.suppression import suppress
from tests.people import make_contact
from tests.sign_ups import fill_in, make_form, make_topic, token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor() -> Client:
    """Without cookies, and with CSRF checked as in production."""
    return Client(enforce_csrf_checks=True)


def test_the_form_is_shown_and_nothing_is_stored(visitor: Client) -> None:
    make_form(intro="Once a month.")
    response = visitor.get("/s/newsletter")
    page = response.content.decode()
    assert response.status_code == 200
    assert "I can stop it at any time" in page
    assert "Once a month." in page
    assert response.cookies == {}
    assert not SignUp.objects.exists()


def test_a_sign_up_waits_for_its_confirmation(visitor: Client) -> None:
    form = make_form()
    response = fill_in(visitor, form, "Dora@Example.com", ip="2001:db8::1")
    assert (response.status_code, response["Location"]) == (303, "/s/newsletter?done")
    found = SignUp.objects.get()
    assert (found.contact.address, found.contact.is_unconfirmed) == ("dora@example.com", True)
    assert (found.wording, found.ip, found.confirmed_at) == (form.wording, "2001:db8::1", None)
    assert [topic.key for topic in found.topics.all()] == ["news"]


def test_a_customer_stays_one(visitor: Client) -> None:
    ada = make_contact("ada@example.com", first_name="Ada")
    fill_in(visitor, make_form(asks_first_name=True), "ada@example.com", first_name="Mallory")
    ada.refresh_from_db()
    assert (ada.is_unconfirmed, ada.first_name) == (False, "Ada")


@pytest.mark.req("P3")
def test_the_answer_is_the_same_whoever_it_is(visitor: Client) -> None:
    form = make_form()
    make_contact("known@example.com")
    for reason in (Suppression.Reason.HARD_BOUNCE, Suppression.Reason.ERASED):
        suppress(f"{reason}@example.com", reason=reason, scope=Suppression.Scope.ALL)
    complained = make_contact("complained@example.com")
    suppress(complained, reason=Suppression.Reason.COMPLAINT, scope=Suppression.Scope.MARKETING)
    people = ("new", "known", "known", "hard_bounce", "erased", "complained")
    answers = [fill_in(visitor, form, f"{one}@example.com") for one in people]
    machine = fill_in(visitor, form, "machine@example.com", website="https://spam.example")
    assert {(one.status_code, one["Location"], one.content) for one in [*answers, machine]} == {
        (303, "/s/newsletter?done", b"")
    }
    assert {one.contact.address for one in SignUp.objects.all()} == {"known@example.com", "new@example.com"}
    assert SignUp.objects.count() == 2


def test_machines_are_thanked_and_forgotten(visitor: Client) -> None:
    assert fill_in(visitor, make_form(), "m@example.com", website="x").status_code == 303
    assert not Contact.objects.exists()


@pytest.mark.parametrize("age", [timedelta(0), timedelta(seconds=1), timedelta(days=2)])
def test_too_quick_or_too_old_is_asked_to_press_again(visitor: Client, age: timedelta) -> None:
    form = make_form()
    response = fill_in(visitor, form, "dora@example.com", token=token_of(form, age=age))
    page = response.content.decode()
    assert "press the button once more" in page
    assert 'value="dora@example.com"' in page
    assert not SignUp.objects.exists()


@pytest.mark.parametrize(
    "token", ["", "x", "A" * 500, "\x00", sign("unsubscribe", b"0" * 24), sign("sign-up form", b"1")]
)
def test_a_token_that_is_none_asks_too(visitor: Client, token: str) -> None:
    response = fill_in(visitor, make_form(), "dora@example.com", token=token)
    assert response.status_code == 200
    assert not SignUp.objects.exists()


def test_a_token_of_another_form_is_none(visitor: Client) -> None:
    other = make_form("other")
    fill_in(visitor, make_form(), "dora@example.com", token=token_of(other))
    assert not SignUp.objects.exists()


@pytest.mark.parametrize("email", [
    "", " ", "dora", "dora@", "@example.com", "dora@exa mple.com", "dora@example.com\r\nBcc: eve@example.com",
    "dora\x00@example.com", "a" * 65 + "@example.com", "dora@example.com, eve@example.com", "\ufffd@\ufffd",
])  # fmt: skip
def test_what_is_no_address_is_said_so(visitor: Client, email: str) -> None:
    response = fill_in(visitor, make_form(), email)
    assert response.status_code == 422
    assert 'aria-describedby="email-fault"' in response.content.decode()
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    "name", ["Buy at https://spam.example", "www.spam.example", "spam.example/x", "A\x00b", "x" * 61]
)
def test_a_name_carries_no_advertisement(visitor: Client, name: str) -> None:
    response = fill_in(visitor, make_form(asks_first_name=True), "dora@example.com", first_name=name)
    assert response.status_code == 422
    assert not Contact.objects.exists()


@pytest.mark.parametrize("name", ["Zoë", "Jean-Luc", "O'Neill", "Dr. No", "李", "J. R. R."])
def test_a_name_is_a_name(visitor: Client, name: str) -> None:
    fill_in(visitor, make_form(asks_first_name=True), "dora@example.com", first_name=name)
    assert Contact.objects.get().first_name == name


def test_a_choice_is_needed_where_one_is_offered(visitor: Client) -> None:
    form = make_form(topics=("news", "offers"), are_topics_offered=True)
    assert "Please choose at least one." in fill_in(visitor, form, "dora@example.com").content.decode()
    make_topic("secret")
    fill_in(visitor, form, "dora@example.com", topic=["offers", "secret", "\x00"])
    assert [topic.key for topic in SignUp.objects.get().topics.all()] == ["offers"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"email=" + b"a" * 70_000, "application/x-www-form-urlencoded", 400),
        (b"email=%ff%fe%00", "application/x-www-form-urlencoded", 422),
        (b"email=d%C3", "application/x-www-form-urlencoded; charset=nonsense", 422),
        (b"email=d%C3", "application/x-www-form-urlencoded; charset=utf-16", 422),
        (b"broken", "multipart/form-data; boundary=x", 422),
        (b"broken", "multipart/form-data", 400),
        (b"&".join(b"a=1" for _ in range(2_000)), "application/x-www-form-urlencoded", 400),
        (b'{"email": "dora@example.com"}', "application/json", 422),
        (b"", "", 422),
    ],
)
def test_strange_posts_get_a_page(visitor: Client, body: bytes, kind: str, status: int) -> None:
    make_form()
    response = visitor.generic("POST", "/s/newsletter", body, content_type=kind)
    assert response.status_code == status
    assert "<h1>" in response.content.decode()
    assert not Contact.objects.exists()


def test_closed_and_unknown_forms_say_so(visitor: Client) -> None:
    make_form(is_active=False)
    assert visitor.get("/s/newsletter").status_code == 410
    assert fill_in(visitor, make_form("late", is_active=False), "dora@example.com").status_code == 410
    assert visitor.get("/s/nothing").status_code == 404
    assert not Contact.objects.exists()


def test_a_form_speaks_its_own_language(visitor: Client) -> None:
    make_form(locale="de")
    assert '<html lang="de">' in visitor.get("/s/newsletter", headers={"Accept-Language": "es"}).content.decode()


def test_the_wording_that_was_read_is_kept(visitor: Client) -> None:
    form = make_form()
    token = token_of(form)
    form.wording = publish_wording("form-newsletter", "Other words.")
    form.save(update_fields=["wording"])
    fill_in(visitor, form, "dora@example.com", token=token)
    assert SignUp.objects.get().wording.version == 1


def test_a_form_in_another_site_works_without_a_time(visitor: Client) -> None:
    form = make_form()
    response = fill_in(visitor, form, "dora@example.com", token=snippet_page(form).token)
    assert response.status_code == 303
    assert SignUp.objects.get().wording == form.wording


def test_many_from_another_site_are_asked_to_press_again(visitor: Client) -> None:
    form = make_form()
    token = snippet_page(form).token
    answers = [fill_in(visitor, form, f"p{number}@example.com", token=token) for number in range(6)]
    assert [one.status_code for one in answers] == [303] * 5 + [200]
    assert "p5@example.com" in answers[-1].content.decode()


def test_the_frame_may_be_framed_and_the_page_not(visitor: Client) -> None:
    make_form()
    page, frame = visitor.get("/s/newsletter"), visitor.get("/s/newsletter/frame")
    assert page["X-Frame-Options"] == "DENY"
    assert "X-Frame-Options" not in frame
    assert "frame-ancestors *" in frame["Content-Security-Policy"]
    assert "script-src 'none'" in frame["Content-Security-Policy"]


def test_what_staff_wrote_stays_text(visitor: Client) -> None:
    make_form(intro="<script>alert(1)</script>", thanks="<img src=x onerror=alert(1)>")
    assert "<script>" not in visitor.get("/s/newsletter").content.decode()
    assert "<img" not in visitor.get("/s/newsletter?done").content.decode()


def test_looking_at_it_needs_few_queries(visitor: Client, django_assert_max_num_queries: Any) -> None:
    make_form()
    visitor.get("/s/newsletter")  # the brand is remembered from here on
    with django_assert_max_num_queries(3):
        visitor.get("/s/newsletter")
