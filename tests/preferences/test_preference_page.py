"""Does the preference page show the truth and store what a person says?"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from preferences import choices
from preferences.links import preferences_url
from preferences.models import Choice, Contact, Suppression, Topic
from preferences.suppression import suppress


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


def test_it_shows_what_reaches_the_person(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    page = reader.get(path_of(ada)).content.decode()
    assert 'value="offers" checked' in page
    assert 'value="surveys">' in page
    assert "Hidden" not in page
    assert "ada@example.com" not in page


def test_it_stores_only_what_changed(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    response = reader.post(path_of(ada), {"step": "save", "topic": ["surveys"], "pause": "none"})
    assert response.status_code == 302
    assert dict(Choice.objects.values_list("topic__key", "frequency")) == {"offers": "never", "surveys": "immediate"}
    reader.post(path_of(ada), {"step": "save", "topic": ["surveys"], "pause": "none"})
    assert Choice.objects.count() == 2


def test_saving_says_so(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    page = reader.post(path_of(ada), {"step": "save", "topic": ["offers"]}, follow=True).content.decode()
    assert "Your choices are saved." in page


def test_a_topic_that_is_not_listed_cannot_be_chosen(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    reader.post(path_of(ada), {"step": "save", "topic": ["offers", "hidden"]})
    assert not Choice.objects.exists()


def test_a_pause_is_set_kept_and_ended(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    reader.post(path_of(ada), {"step": "save", "topic": ["offers"], "pause": "30"})
    ada.refresh_from_db()
    assert ada.paused_until is not None
    assert ada.paused_until - timezone.now() > timedelta(days=29)
    assert "Paused until" in reader.get(path_of(ada)).content.decode()
    reader.post(path_of(ada), {"step": "save", "topic": ["offers"], "pause": "keep"})
    ada.refresh_from_db()
    assert ada.paused_until is not None
    reader.post(path_of(ada), {"step": "save", "topic": ["offers"], "pause": "none"})
    ada.refresh_from_db()
    assert ada.paused_until is None


@pytest.mark.parametrize("pause", ["31", "-7", "x", "٣٠", "9" * 5000])
def test_a_made_up_pause_is_ignored(reader: Client, ada: Contact, topics: list[Topic], pause: str) -> None:
    assert reader.post(path_of(ada), {"step": "save", "topic": ["offers"], "pause": pause}).status_code == 302
    ada.refresh_from_db()
    assert ada.paused_until is None


def test_leaving_everything_turns_every_topic_off(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    choices.resubscribe(ada, topic=topics[1], source="test")
    page = reader.post(path_of(ada), {"step": "leave_all"}, follow=True).content.decode()
    assert "unsubscribed from everything" in page
    assert "checked" not in page


def test_after_leaving_a_topic_can_be_switched_on(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    reader.post(path_of(ada), {"step": "leave_all"})
    reader.post(path_of(ada), {"step": "save", "topic": ["offers"]})
    assert 'value="offers" checked' in reader.get(path_of(ada)).content.decode()


def test_a_suppressed_person_is_told(reader: Client, ada: Contact, topics: list[Topic]) -> None:
    suppress(ada, reason=Suppression.Reason.COMPLAINT, scope=Suppression.Scope.MARKETING)
    assert "We have stopped sending" in reader.get(path_of(ada)).content.decode()


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
