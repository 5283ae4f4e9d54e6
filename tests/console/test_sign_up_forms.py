"""Can a marketer build a sign-up form, see how it does, and prove who agreed to what?"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from config import clock
from preferences.consent import Action, record_consent
from preferences.models import ConsentRecord, Contact, SignUp, SignUpForm, Topic
from tests.sign_ups import fill_in, make_form, make_topic

LIST = "/sign-up-forms/"


def built(**fields: Any) -> dict[str, Any]:
    """What the builder posts."""
    return {
        "name": "Letters", "locale": "en", "heading": "Letters from the road", "topics": ["news"],
        "wording": "I would like to get letters.", "button": "Sign up", "is_active": "on", **fields,
    }  # fmt: skip


@pytest.fixture
def marketer(somebody: Callable[..., Client]) -> Client:
    make_topic("news")
    return somebody("marketer")


@pytest.mark.req("P3")
def test_a_form_is_built_and_open_at_once(marketer: Client, visitor: Client) -> None:
    response = marketer.post(f"{LIST}new/", built())
    form = SignUpForm.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"{LIST}{form.pk}/")
    assert (form.key, form.wording.version) == ("letters", 1)
    assert "I would like to get letters." in visitor.get("/s/letters").content.decode()
    assert LogEntry.objects.get().object_repr == "letters"


def test_other_words_are_another_version(marketer: Client) -> None:
    marketer.post(f"{LIST}new/", built())
    form = SignUpForm.objects.get()
    marketer.post(f"{LIST}{form.pk}/", built(name="Renamed"))
    marketer.post(f"{LIST}{form.pk}/", built(wording="Other words."))
    form.refresh_from_db()
    assert (form.key, form.wording.version, form.wording.text) == ("letters", 2, "Other words.")


def test_a_form_is_closed_and_opened(marketer: Client, visitor: Client) -> None:
    marketer.post(f"{LIST}new/", built())
    path = f"{LIST}{SignUpForm.objects.get().pk}/"
    marketer.post(path, built(is_active=""))
    assert visitor.get("/s/letters").status_code == 410
    assert "closed" in marketer.get(LIST).content.decode()
    marketer.post(path, built())
    assert visitor.get("/s/letters").status_code == 200


@pytest.mark.parametrize(("fields", "said"), [
    ({"topics": []}, "at least one topic"), ({"name": "…"}, "no letters that could make one"),
    ({"wording": " "}, "This field is required"), ({"locale": "xx"}, "valid choice"), ({"key": "a b"}, "valid"),
    ({"name": "x\x00"}, "Null characters"),
])  # fmt: skip
def test_what_is_missing_is_said(marketer: Client, fields: dict[str, Any], said: str) -> None:
    page = marketer.post(f"{LIST}new/", built(**fields)).content.decode()
    assert said in page
    assert not SignUpForm.objects.exists()


def test_an_address_is_taken_once(marketer: Client) -> None:
    marketer.post(f"{LIST}new/", built(key="letters"))
    page = marketer.post(f"{LIST}new/", built(key="Letters")).content.decode()
    assert "Another form has this address already" in page
    assert SignUpForm.objects.count() == 1


def test_the_preview_stores_nothing_and_escapes_everything(marketer: Client) -> None:
    page = marketer.post(f"{LIST}preview/", built(heading='"><script>x</script>', locale="de")).content.decode()
    assert 'srcdoc="&lt;!doctype html' in page
    assert "<script>" not in page
    assert "Ihre E-Mail-Adresse" in page
    assert not SignUpForm.objects.exists()


@pytest.mark.parametrize("fields", [{"topics": ["\x00"]}, {"locale": "\x00"}, {"heading": "x" * 5000}])
def test_the_preview_takes_what_is_half_written(marketer: Client, fields: dict[str, Any]) -> None:
    assert marketer.post(f"{LIST}preview/", built(**fields)).status_code == 200


def test_support_looks_and_changes_nothing(somebody: Callable[..., Client]) -> None:
    form, support = make_form(), somebody("support")
    assert support.get(f"{LIST}{form.pk}/").status_code == 200
    assert support.post(f"{LIST}{form.pk}/", built()).status_code == 403
    assert support.get(f"{LIST}new/").status_code == 403
    assert "Build a form" not in support.get(LIST).content.decode()


def test_without_a_topic_the_list_says_what_comes_first(boss: Client) -> None:
    Topic.objects.all().delete()
    assert "Add a topic" in boss.get(LIST).content.decode()


def test_the_snippet_and_the_frame_are_ready_to_be_copied(marketer: Client) -> None:
    page = marketer.get(f"{LIST}{make_form().pk}/").content.decode()
    assert "/s/newsletter&quot; method=&quot;post&quot;" in page
    assert "/s/newsletter/frame&quot;" in page


def test_the_figures_count_people_and_days(marketer: Client, visitor: Client) -> None:
    form, at = make_form(), clock.now()
    for name in ("ada", "ben", "cleo"):
        fill_in(visitor, form, f"{name}@example.com")
    SignUp.objects.filter(contact__address="ada@example.com").update(confirmed_at=at)
    SignUp.objects.filter(contact__address="ben@example.com").update(requested_at=at - timedelta(days=40))
    page = marketer.get(LIST).content.decode()
    assert 'data-label="Sign-ups">2<' in page
    assert 'data-label="Rate">50 %<' in page
    assert "In 30 days 2 sign-ups, 1 confirmed" in page


@pytest.mark.req("P3")
def test_the_proof_of_a_form_is_a_table(marketer: Client, visitor: Client) -> None:
    fill_in(visitor, make_form(), "ada@example.com", ip="2001:db8::1")
    response = marketer.get(f"{LIST}{SignUpForm.objects.get().pk}/consent.csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["email"], row["what"], row["ip"]) == ("ada@example.com", "asked", "2001:db8::1")
    assert row["wording_text"].startswith("I would like to get the newsletter")
    assert (row["wording_version"], row["source"]) == ("1", "form:newsletter")


def test_the_proof_of_a_person_is_theirs_alone(marketer: Client, ada: Contact, ben: Contact) -> None:
    for person in (ada, ben):
        record_consent(person, Action.GRANTED, topic=make_topic("news"), source="import:12")
    response = marketer.get(f"/contacts/{ada.pk}/consent.json")
    entries = json.loads(b"".join(response.streaming_content))  # type: ignore[attr-defined]
    assert [one["email"] for one in entries] == [ada.email]


def test_no_formula_gets_into_a_spreadsheet(marketer: Client, ada: Contact) -> None:
    record_consent(ada, Action.GRANTED, source="=HYPERLINK(1)")
    response = marketer.get(f"/contacts/{ada.pk}/consent.csv")
    assert ",'=HYPERLINK(1)," in b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]


def test_the_ledger_is_read_and_searched(marketer: Client, ada: Contact, ben: Contact) -> None:
    record_consent(ada, Action.GRANTED, topic=make_topic("news"), source="preference page", ip="192.0.2.1")
    record_consent(ben, Action.WITHDRAWN, source="unsubscribe link")
    page = marketer.get(f"/preferences/consentrecord/?q={ada.email}").content.decode()
    assert "192.0.2.1" in page
    assert ben.email not in page
    entry = ConsentRecord.objects.first()
    assert entry
    for path in ("add/", f"{entry.pk}/delete/"):
        assert marketer.get(f"/preferences/consentrecord/{path}").status_code == 403


def test_a_topic_is_translated_in_fields_of_its_own(boss: Client) -> None:
    topic = make_topic("news")
    path, words = f"/preferences/topic/{topic.pk}/change/", {"name": "News", "position": "0"}
    Topic.objects.update(translations={"fr": {"name": "Nouvelles"}})
    assert boss.post(path, {**words, "name_de": "Neues", "description_de": " ", "name_es": ""}).status_code == 302
    topic.refresh_from_db()
    assert topic.translations == {"fr": {"name": "Nouvelles"}, "de": {"name": "Neues"}}
    assert 'value="Neues"' in boss.get(path).content.decode()


def test_the_console_speaks_english_in_any_browser(boss: Client) -> None:
    for path in (LIST, "/preferences/topic/"):
        page = boss.get(path, headers={"Accept-Language": "de"}).content.decode()
        assert "Topics" in page
        assert "Themen" not in page
