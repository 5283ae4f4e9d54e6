"""Does the unsubscribe link keep RFC 8058, and do people find their way?"""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from config.queues import Stream
from preferences import choices
from preferences.eligibility import Ask, may_send
from preferences.facts import facts_of
from preferences.links import Leave, preferences_url, unsubscribe_url
from preferences.models import Choice, Contact, Topic
from tracking.models import Message, MessageEvent

NO_MAIL = UUID(int=0)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def offers(db: None) -> Topic:
    return Topic.objects.create(key="offers", name="Weekly offers")


@pytest.fixture
def mailer() -> Client:
    """A mail client or a reader: no login, no cookies, and CSRF checked as in production."""
    return Client(enforce_csrf_checks=True)


def path_for(contact: Contact, topic: Topic | None, *, message_id: UUID = NO_MAIL) -> str:
    link = Leave(contact_id=contact.pk, topic_id=topic.pk if topic else 0, message_id=message_id)
    return urlsplit(unsubscribe_url(link)).path


def wants(contact: Contact, topic: Topic) -> bool:
    ask = Ask(stream=Stream.MARKETING, topic_key=topic.key)
    return may_send(facts_of(contact), ask, at=timezone.now()).allowed


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(mailer: Client, ada: Contact, offers: Topic, method: str) -> None:
    ada.refresh_from_db()
    response = getattr(mailer, method)(path_for(ada, offers))
    assert response.status_code == 200
    assert not Choice.objects.exists()


def test_a_person_sees_what_it_is_about(mailer: Client, ada: Contact, offers: Topic) -> None:
    page = mailer.get(path_for(ada, offers)).content.decode()
    assert "Unsubscribe from Weekly offers?" in page
    assert "a***@example.com" in page
    assert "ada@example.com" not in page


@pytest.mark.parametrize("encoding", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_click_acts_at_once_in_both_encodings(mailer: Client, ada: Contact, offers: Topic, encoding: str) -> None:
    path = path_for(ada, offers)
    if encoding.startswith("multipart"):
        response = mailer.post(path, ONE_CLICK)
    else:
        response = mailer.post(path, "List-Unsubscribe=One-Click", content_type=encoding)
    assert (response.status_code, response.cookies, len(response.content) < 100) == (200, {}, True)
    ada.refresh_from_db()
    assert not wants(ada, offers)


@pytest.mark.parametrize(
    ("body", "kind"),
    [("", "text/plain"), ("broken", "multipart/form-data"), ("\xff\xfe", "multipart/form-data; boundary=x"),
     ("List-Unsubscribe=One-Click", "text/plain")],
)  # fmt: skip
def test_a_strange_post_is_an_unsubscribe_all_the_same(
    mailer: Client, ada: Contact, offers: Topic, body: str, kind: str
) -> None:
    response = mailer.post(path_for(ada, offers), body, content_type=kind)
    assert response.status_code == 200
    assert Choice.objects.get().frequency == "never"


def test_twice_is_as_once(mailer: Client, ada: Contact, offers: Topic) -> None:
    for _ in range(2):
        assert mailer.post(path_for(ada, offers), ONE_CLICK).status_code == 200
    assert Choice.objects.count() == 1


def test_the_button_offers_an_undo(mailer: Client, ada: Contact, offers: Topic) -> None:
    path = path_for(ada, offers)
    done = mailer.post(path, {"step": "leave"})
    assert "You are unsubscribed" in done.content.decode()
    undone = mailer.post(path, {"step": "undo"})
    assert "subscribed again" in undone.content.decode()
    ada.refresh_from_db()
    assert wants(ada, offers)


def test_everything_means_everything(mailer: Client, ada: Contact, offers: Topic) -> None:
    """A topic that was asked for before does not survive it."""
    choices.resubscribe(ada, topic=offers, source="test")
    mailer.post(path_for(ada, None), ONE_CLICK)
    ada.refresh_from_db()
    assert not wants(ada, offers)


def test_a_topic_that_is_gone_means_everything(mailer: Client, ada: Contact, offers: Topic) -> None:
    path = path_for(ada, offers)
    offers.delete()
    mailer.post(path, ONE_CLICK)
    assert Choice.objects.get().topic is None


def test_the_mail_it_came_from_knows_it(mailer: Client, ada: Contact, offers: Topic) -> None:
    message = Message.objects.create(contact=ada, source="test", stream="marketing")
    mailer.post(path_for(ada, offers, message_id=message.pk), ONE_CLICK)
    message.refresh_from_db()
    assert message.unsubscribed_at is not None
    assert MessageEvent.objects.get().kind == "unsubscribed"


def test_all_bad_links_get_the_same_answer(mailer: Client, ada: Contact, offers: Topic) -> None:
    good = path_for(ada, offers)
    other_purpose = urlsplit(preferences_url(ada.pk)).path.replace("/p/", "/u/")
    flipped = good[:-1] + ("A" if good[-1] != "A" else "B")
    nobody = path_for(Contact(pk=987654), offers)
    paths = ["/u/x", "/u/" + "A" * 300, flipped, good[:-4], good + "AAAA", other_purpose, nobody]
    answers = {(mailer.get(path).status_code, mailer.get(path).content) for path in paths}
    answers |= {(mailer.post(path, ONE_CLICK).status_code, mailer.post(path, ONE_CLICK).content) for path in paths}
    assert len(answers) == 1
    assert not Choice.objects.exists()


def test_it_keeps_the_address_to_itself(mailer: Client, ada: Contact, offers: Topic) -> None:
    response = mailer.get(path_for(ada, offers))
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"


def test_a_hostile_topic_name_stays_text(mailer: Client, ada: Contact, offers: Topic) -> None:
    Topic.objects.update(name="<script>alert(1)</script>")
    for response in (mailer.get(path_for(ada, offers)), mailer.post(path_for(ada, offers), {"step": "leave"})):
        assert "<script>" not in response.content.decode()
