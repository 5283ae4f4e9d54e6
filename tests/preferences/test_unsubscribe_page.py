"""Does the unsubscribe link keep RFC 8058, and do people find their way?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from config import clock
from config.queues import Stream
from preferences import choices
from preferences.eligibility import Ask, may_send
from preferences.facts import facts_of
from preferences.links import Leave, preferences_url, unsubscribe_url
from preferences.models import Choice, ConsentRecord, Contact, Topic
from preferences.offered import offered_types
from tests.forms import filled_form
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
     ("List-Unsubscribe=One-Click", "text/plain"),
     ("List-Unsubscribe=One-Click", "application/x-www-form-urlencoded; charset=us-ascii"),
     ("List-Unsubscribe=One-Click", "application/x-www-form-urlencoded; charset=nonsense")],
)  # fmt: skip
def test_a_strange_post_is_an_unsubscribe_all_the_same(
    mailer: Client, ada: Contact, offers: Topic, body: str, kind: str
) -> None:
    response = mailer.generic("POST", path_for(ada, offers), body, content_type=kind)
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


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_nothing_redirects(mailer: Client, ada: Contact, offers: Topic, method: str) -> None:
    assert getattr(mailer, method)(path_for(ada, offers)).status_code == 200


def test_the_ledger_has_it_once(mailer: Client, ada: Contact, offers: Topic) -> None:
    for _ in range(2):
        mailer.post(path_for(ada, offers), ONE_CLICK)
    entry = ConsentRecord.objects.get()
    assert (entry.action, entry.topic, entry.source, entry.ip) == ("withdrawn", offers, "unsubscribe link", "127.0.0.1")


def test_the_page_leaves_everything_too(mailer: Client, ada: Contact, offers: Topic) -> None:
    mailer.post(path_for(ada, offers), {"step": "leave", "of": "all"})
    assert Choice.objects.get().topic is None


def test_an_undo_restores_what_was_chosen_before(mailer: Client, ada: Contact, offers: Topic) -> None:
    choices.choose(ada, Choice.Frequency.WEEKLY, topic=offers)
    choices.choose(ada, Choice.Frequency.DAILY, type_key="receipt-news")
    before = set(Choice.objects.values_list("topic_id", "type_key", "frequency"))
    left = mailer.post(path_for(ada, offers), {"step": "leave", "of": "all"}).content.decode()
    assert not wants(ada, offers)
    back = mailer.post(path_for(ada, offers), filled_form(left, button="undo"))
    assert "subscribed again" in back.content.decode()
    assert set(Choice.objects.values_list("topic_id", "type_key", "frequency")) == before


def test_an_undo_asks_for_nothing_that_was_not(mailer: Client, ada: Contact, offers: Topic) -> None:
    left = mailer.post(path_for(ada, offers), {"step": "leave"}).content.decode()
    mailer.post(path_for(ada, offers), filled_form(left, button="undo"))
    assert not Choice.objects.exists()


def test_an_undo_of_somebody_else_restores_nothing(mailer: Client, ada: Contact, ben: Contact, offers: Topic) -> None:
    choices.choose(ben, Choice.Frequency.WEEKLY, topic=offers)
    form = filled_form(mailer.post(path_for(ben, offers), {"step": "leave"}).content.decode(), button="undo")
    mailer.post(path_for(ada, offers), {"step": "leave"})
    mailer.post(path_for(ada, offers), form)
    assert ada.choices.get().frequency == "immediate"


def test_leaving_a_topic_outweighs_a_kind_that_was_chosen(mailer: Client, ada: Contact) -> None:
    """Else the mail whose link was pressed would keep coming."""
    kind = next(one for one in offered_types() if one.topic_key)
    topic, _ = Topic.objects.get_or_create(key=kind.topic_key, defaults={"name": "Offers"})
    choices.choose(ada, Choice.Frequency.IMMEDIATE, type_key=kind.key)
    mailer.post(path_for(ada, topic), ONE_CLICK)
    ask = Ask(stream=kind.stream, type_key=kind.key, topic_key=kind.topic_key)
    assert may_send(facts_of(ada), ask, at=timezone.now()).reason == "topic_off"


def test_a_reason_is_kept_and_never_required(mailer: Client, ada: Contact, offers: Topic) -> None:
    message = Message.objects.create(contact=ada, source="test", stream="marketing")
    path = path_for(ada, offers, message_id=message.pk)
    left = mailer.post(path, {"step": "leave"}).content.decode()
    told = mailer.post(path, {**filled_form(left, button="reason"), "reason": "too_many"}).content.decode()
    assert "Thank you for telling us." in told
    assert Choice.objects.get().source == "unsubscribe link: too_many"
    assert list(MessageEvent.objects.values_list("kind", "detail")) == [
        ("unsubscribed", {}), ("unsubscribed", {"reason": "too_many"}),
    ]  # fmt: skip
    mailer.post(path, filled_form(told, button="undo"))
    assert wants(ada, offers)


@pytest.mark.parametrize("reason", ["", "made-up", "x" * 5000])
def test_a_made_up_reason_is_not_kept(mailer: Client, ada: Contact, offers: Topic, reason: str) -> None:
    mailer.post(path_for(ada, offers), {"step": "leave"})
    assert mailer.post(path_for(ada, offers), {"step": "reason", "reason": reason}).status_code == 200
    assert Choice.objects.get().source == "unsubscribe link"


def test_a_reason_without_an_unsubscribe_changes_nothing(mailer: Client, ada: Contact, offers: Topic) -> None:
    mailer.post(path_for(ada, offers), {"step": "reason", "reason": "other"})
    assert not Choice.objects.exists()


def test_links_of_an_older_key_work(mailer: Client, ada: Contact, offers: Topic, settings: Any) -> None:
    path = path_for(ada, offers)
    settings.POSTRIDER_SIGNING_KEYS = ["a newer key", *settings.POSTRIDER_SIGNING_KEYS]
    with clock.shifted(timedelta(days=20 * 365)):
        assert mailer.post(path, ONE_CLICK).status_code == 200
    assert Choice.objects.get().frequency == "never"


def test_the_link_of_an_erased_person_answers_politely(mailer: Client, ada: Contact, offers: Topic) -> None:
    path = path_for(ada, offers)
    Contact.objects.update(erased_at=timezone.now(), address=None, email="")
    forms = (ONE_CLICK, {"step": "undo"}, {"step": "reason", "reason": "other"})
    assert mailer.get(path).status_code == 200
    assert {mailer.post(path, form).status_code for form in forms} == {200}
    assert not ConsentRecord.objects.exists()  # nobody's network address is written down again


def test_nobody_is_ever_told_to_slow_down(mailer: Client, ada: Contact, offers: Topic) -> None:
    assert {mailer.post(path_for(ada, offers), ONE_CLICK).status_code for _ in range(60)} == {200}


def test_it_speaks_the_persons_language(mailer: Client, ada: Contact, offers: Topic) -> None:
    Contact.objects.update(locale="de")
    offers.translations = {"de": {"name": "Angebote"}}
    offers.save()
    assert "Angebote abbestellen?" in mailer.get(path_for(ada, offers)).content.decode()
    assert "Darme de baja" in mailer.get(path_for(ada, offers), {"lang": "es"}).content.decode()
