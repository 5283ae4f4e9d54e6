"""Does the preference page show the truth and store what a person says?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from preferences import choices
from preferences.links import preferences_url
from preferences.models import Choice, ConsentRecord, Contact, Suppression, Topic
from preferences.suppression import suppress
from tests.forms import filled_form


@pytest.fixture
def topics(db: None) -> list[Topic]:
    """Offers are on by default, surveys are not, and the hidden one is nobody's business."""
    Topic.objects.all().delete()  # those that the demo shop's types name
    return [
        Topic.objects.create(key="offers", name="Offers", position=1),
        Topic.objects.create(key="surveys", name="Surveys", position=2, is_default_on=False),
        Topic.objects.create(key="hidden", name="Hidden", is_listed=False),
    ]


@pytest.fixture
def reader() -> Client:
    return Client(enforce_csrf_checks=True)


def path_of(contact: Contact) -> str:
    return urlsplit(preferences_url(contact.pk)).path


def look(reader: Client, contact: Contact) -> str:
    return reader.get(path_of(contact)).content.decode()


def save(reader: Client, contact: Contact, **changes: Any) -> Any:
    """Open the page, change some fields, press the button."""
    form = {**filled_form(look(reader, contact), button="save"), **changes}
    response = reader.post(path_of(contact), form)
    contact.refresh_from_db()
    return response


def test_it_shows_what_reaches_the_person(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    page = look(reader, ada)
    assert 'value="offers" checked' in page
    assert 'value="surveys">' in page
    assert "Hidden" not in page
    assert "ada@example.com" not in page


def test_it_stores_only_what_changed(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    assert save(reader, ada, topic=["surveys"]).status_code == 302
    assert dict(Choice.objects.values_list("topic__key", "frequency")) == {"offers": "never", "surveys": "immediate"}
    save(reader, ada)
    assert Choice.objects.count() == 2


def test_what_is_changed_goes_into_the_ledger(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    save(reader, ada, topic=["surveys"])
    entries = ConsentRecord.objects.order_by("topic__key").values_list("topic__key", "action", "source", "ip")
    assert list(entries) == [
        ("offers", "withdrawn", "preference page", "127.0.0.1"), ("surveys", "granted", "preference page", "127.0.0.1"),
    ]  # fmt: skip


def test_saving_says_so(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    form = filled_form(look(reader, ada), button="save")
    page = reader.post(path_of(ada), form, follow=True).content.decode()
    assert "Your choices are saved." in page


def test_an_old_tab_takes_nothing_back(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    """Left open before the unsubscribe, saved after it for something else."""
    old = filled_form(look(reader, ada), button="save")
    choices.unsubscribe(ada, topic=topics[0], source="unsubscribe link")
    reader.post(path_of(ada), {**old, "pause": "7"})
    assert Choice.objects.get().frequency == "never"


def test_a_topic_that_the_page_did_not_show_is_left_alone(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    old = filled_form(look(reader, ada), button="save")
    Topic.objects.create(key="news", name="News")
    reader.post(path_of(ada), old)
    assert not Choice.objects.exists()


def test_a_topic_that_is_not_listed_cannot_be_chosen(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    save(reader, ada, topic=["offers", "hidden"], **{"topic-was": ["hidden=never"]})
    assert not Choice.objects.exists()


def test_a_pause_is_set_kept_and_ended(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    save(reader, ada, pause="30")
    assert ada.paused_until is not None
    assert ada.paused_until - timezone.now() > timedelta(days=29)
    assert "Paused until" in look(reader, ada)
    save(reader, ada)
    assert ada.paused_until is not None
    save(reader, ada, pause="none")
    assert ada.paused_until is None


@pytest.mark.parametrize("pause", ["31", "-7", "x", "٣٠", "9" * 5000])
def test_a_made_up_pause_is_ignored(reader: Client, ada: Contact, topics: list[Topic], pause: str) -> None:
    assert save(reader, ada, pause=pause).status_code == 302
    assert ada.paused_until is None


def test_leaving_everything_turns_every_topic_off(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    choices.resubscribe(ada, topic=topics[1], source="test")
    page = reader.post(path_of(ada), {"step": "leave_all"}, follow=True).content.decode()
    assert "unsubscribed from everything" in page
    assert "checked" not in page


def test_after_leaving_a_topic_can_be_switched_on(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    reader.post(path_of(ada), {"step": "leave_all"})
    save(reader, ada, topic=["offers"])
    assert 'value="offers" checked' in look(reader, ada)


def test_a_suppressed_person_is_told(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    suppress(ada, reason=Suppression.Reason.COMPLAINT, scope=Suppression.Scope.MARKETING)
    assert "We have stopped sending" in look(reader, ada)


@pytest.mark.django_db
def test_bad_links_and_erased_people_look_alike(reader: Client, ada: Contact) -> None:
    path = path_of(ada)
    Contact.objects.update(erased_at=timezone.now(), address=None, email="")
    answers = {(reader.get(one).status_code, reader.get(one).content) for one in (path, "/p/x", path[:-1] + "_")}
    assert len(answers) == 1
    assert reader.post(path, {"step": "leave_all"}).status_code == 404


def test_no_cookie_is_set(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    assert not reader.get(path_of(ada)).cookies
    assert not reader.post(path_of(ada), {"step": "save"}).cookies


def test_looking_changes_nothing(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    reader.get(path_of(ada), {"step": "leave_all", "topic-was": "offers=immediate", "pause": "90"})
    ada.refresh_from_db()
    assert (Choice.objects.exists(), ada.paused_until) == (False, None)


def test_the_number_of_queries_is_bounded(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    Topic.objects.bulk_create(Topic(key=f"topic-{number}", name=f"Topic {number}") for number in range(40))
    reader.get(path_of(ada))  # the brand is remembered from here on
    with CaptureQueriesContext(connection) as asked:
        assert reader.get(path_of(ada)).status_code == 200
    assert len(asked) <= 5
