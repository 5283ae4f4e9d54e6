"""Does the page of a contact say how it stands, what is known, whether we may write, and what happened?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from config.ids import new_id
from preferences import attributes
from preferences.choices import choose, pause_until
from preferences.erasure import erase_contact
from preferences.models import Choice, Contact, ContactList, ListMember, Suppression, Topic
from preferences.suppression import suppress
from tests.console.conftest import MakeMessage
from tracking.models import Event, Message

pytestmark = [pytest.mark.django_db, pytest.mark.req("C1"), pytest.mark.req("D4")]


def page_of(client: Client, contact: Contact, query: str = "") -> str:
    return client.get(f"/contacts/{contact.pk}/{query}").content.decode()


def test_how_it_stands_is_said_first(boss: Client, ada: Contact) -> None:
    suppress(ada, reason=Suppression.Reason.COMPLAINT, scope=Suppression.Scope.MARKETING)
    pause_until(ada, timezone.now() + timedelta(days=3))
    Contact.objects.update(is_unconfirmed=True)
    page = page_of(boss, ada)
    for words in ("suppressed: Spam complaint (Marketing only)", "never confirmed", "paused until", "dormant"):
        assert words in page


def test_an_address_is_written_as_it_is(boss: Client, ada: Contact) -> None:
    assert str(ada) in page_of(boss, ada)
    assert str(ada).capitalize() not in page_of(boss, ada)


def test_attributes_bear_their_names(boss: Client, ada: Contact) -> None:
    attributes.define("is_pro", name="Pays for it", kind="boolean")
    Contact.objects.update(attributes={"is_pro": True, "stray": "<b>x</b>"})
    page = page_of(boss, ada)
    assert "<dt>Pays for it</dt><dd>yes</dd>" in page
    assert "&lt;b&gt;x" in page


def test_it_says_whether_we_may_write(boss: Client, ada: Contact) -> None:
    topic = Topic.objects.create(key="tea", name="Tea news")
    choose(ada, Choice.Frequency.NEVER, topic=topic, source="test")
    page = page_of(boss, ada)
    assert "The person unsubscribed from this topic" in page
    assert "Nothing stands against it" in page


def test_events_and_mails_are_mixed_and_paged(boss: Client, ada: Contact, make_message: MakeMessage) -> None:
    for number in range(40):
        if number % 2:
            make_message(type_key=f"mail-{number:02}", state=Message.State.DELIVERED)
        else:
            Event.objects.create(id=new_id(), name=f"event-{number:02}", contact=ada, state=Event.State.ACCEPTED)
    page = page_of(boss, ada)
    assert page.index("mail-39") < page.index("event-38") < page.index("event-10")
    assert "mail-09" not in page
    older = page_of(boss, ada, page.split('href="?before=')[1].split("#")[0].join(("?before=", "")))
    assert "mail-09" in older
    assert "event-10" not in older
    assert "mail-39" not in page_of(boss, ada, "?kind=events")


@pytest.mark.parametrize("query", ["?before=nonsense", "?kind=nonsense", "?before="])
def test_a_strange_question_does_no_harm(boss: Client, ada: Contact, query: str) -> None:
    assert "Nothing yet" in page_of(boss, ada, query)


def test_on_a_list_and_off_again(boss: Client, ada: Contact) -> None:
    fair = ContactList.objects.create(name="Fair")
    path = f"/contacts/{ada.pk}/list/"
    boss.post(path, {"list": fair.pk, "act": "add"})
    assert "Take off" in page_of(boss, ada)
    boss.post(path, {"list": fair.pk, "act": "remove"})
    assert not ListMember.objects.exists()
    assert LogEntry.objects.count() == 2


def test_of_the_erased_nothing_is_shown_or_changed(boss: Client, ada: Contact) -> None:
    erase_contact(ada, source="test")
    page = page_of(boss, ada)
    assert "Ada" not in page
    assert boss.get(f"/contacts/{ada.pk}/edit/").status_code == 404


def test_support_reads_and_no_more(somebody: Callable[..., Client], ada: Contact) -> None:
    ContactList.objects.create(name="Fair")
    support = somebody("support")
    assert "Put on it" not in page_of(support, ada)
    assert support.post(f"/contacts/{ada.pk}/list/", {"list": 1}).status_code == 403


def test_the_old_address_leads_there(boss: Client, ada: Contact) -> None:
    assert boss.get(f"/preferences/contact/{ada.pk}/change/")["Location"] == f"/contacts/{ada.pk}/"
