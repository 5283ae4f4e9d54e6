"""How is a mail found in the log?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from config.ids import id_floor
from notifications.models import Outbox
from preferences.models import Contact
from tests.console.conftest import MakeMessage
from tests.people import make_contact
from tracking.models import Message


def shown(client: Client, query: str = "") -> list[Message]:
    """The rows that the log lists for a query string."""
    response: Any = client.get(f"/messages/?{query}")
    assert response.status_code == 200
    return list(response.context["rows"])


def test_it_lists_the_newest_first(boss: Client, make_message: MakeMessage) -> None:
    older, newer = make_message(), make_message()
    assert shown(boss) == [newer, older]


@pytest.mark.parametrize("query", ["ada@example.com", "ADA@example.com", "ada@", "ad", "Ada", "Ada Love"])
def test_a_person_is_found_by_address_or_name(boss: Client, make_message: MakeMessage, query: str) -> None:
    mine = make_message(contact=make_contact("ada@post.example", first_name="Ada", last_name="Lovelace"))
    make_message(contact=make_contact("ben@example.com", first_name="Ben"))
    theirs = shown(boss, f"q={query}")
    assert all(message.contact.first_name == "Ada" for message in theirs)
    assert mine in theirs or "example.com" in query


def test_a_mail_is_found_by_its_id(boss: Client, make_message: MakeMessage) -> None:
    wanted, _other = make_message(), make_message()
    assert shown(boss, f"q={wanted.pk}") == [wanted]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("state=skipped", {"state": "skipped", "reason": "topic_off"}),
        ("state=unknown", {"state": "unknown"}),
        ("stream=critical", {"stream": "critical"}),
        ("fact=clicked", {"clicked_at": timezone.now()}),
        ("fact=failed", {"state": "dead"}),
        ("fact=held", {"state": "expired"}),
        ("source=campaign:42", {"source": "campaign:42"}),
        ("template=welcome", {"template_ref": "welcome@3"}),
        ("template=welcome@3", {"template_ref": "welcome@3"}),
        ("reason=paused", {"state": "skipped", "reason": "paused"}),
    ],
)
def test_a_filter_finds_its_mails_only(
    boss: Client, make_message: MakeMessage, query: str, fields: dict[str, Any]
) -> None:
    wanted, _other = make_message(**fields), make_message()
    assert shown(boss, query) == [wanted]


def test_a_mail_in_hand_is_found_by_its_phase(boss: Client, make_message: MakeMessage) -> None:
    sending, _queued = make_message(), make_message()
    Outbox.objects.create(
        message=sending, contact_id=sending.contact_id, state="sending", template_version_id=sending.pk
    )
    assert shown(boss, "state=sending") == [sending]
    assert "Sending" in boss.get("/messages/").content.decode()


def test_old_mails_are_found_when_asked_for(boss: Client, make_message: MakeMessage) -> None:
    old = make_message(id=id_floor(timezone.now() - timedelta(days=20)), state="delivered", stream="critical")
    assert shown(boss, "stream=critical") == []
    assert "at any time" in boss.get("/messages/?stream=critical").content.decode()
    assert shown(boss, "stream=critical&window=all") == [old]
    assert shown(boss, "window=7d") == []


def test_pages_follow_one_another(boss: Client, make_message: MakeMessage) -> None:
    made = [make_message() for _ in range(120)][::-1]
    first: Any = boss.get("/messages/").context
    second: Any = boss.get(f"/messages/?before={first['older']}").context
    assert [*first["rows"], *second["rows"]] == made[:100]
    back: Any = boss.get(f"/messages/?since_id={second['newer']}").context
    assert back["rows"] == first["rows"]


def test_its_cost_does_not_grow(boss: Client, make_message: MakeMessage, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        make_message(contact=make_contact(f"person{number}@example.com"))
    with django_assert_max_num_queries(5):  # session, person, providers for the filter, rows
        boss.get("/messages/")


def test_a_bad_filter_is_said_not_raised(boss: Client, ada: Contact) -> None:
    assert "Select a valid choice" in boss.get("/messages/?state=nonsense").content.decode()


def test_an_empty_log_says_how_to_begin(boss: Client) -> None:
    assert "event.send(" in boss.get("/messages/").content.decode()


def test_messages_of_one_channel_are_listed(boss: Client, make_message: MakeMessage) -> None:
    text, _mail = make_message(channel="sms"), make_message()
    assert shown(boss, "channel=sms") == [text]
    page = boss.get("/messages/").content.decode()
    assert page.count("· text message") == 1
