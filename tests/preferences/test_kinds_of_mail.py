"""Can a person choose among the kinds of mail below a topic: whether, how often, by which channel?"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from preferences import choices
from preferences.eligibility import Ask, Decision, may_send
from preferences.facts import facts_of
from preferences.models import Choice, Contact, Topic
from preferences.offered import Offered, offered_types, register_offered
from tests.preferences.test_preference_page import look, path_of, save

KINDS = [
    Offered(key="bargains", name="Bargains", topic_key="offers", stream="marketing", has_digest=True),
    Offered(key="vouchers", name="Vouchers", topic_key="offers", stream="marketing"),
    Offered(key="parcel", name="Parcels", stream="notification", channels=("email", "sms")),
    Offered(key="receipt", name="Receipts", stream="transactional", channels=("email", "sms")),
    Offered(
        key="recall", name="Recalls", stream="notification", is_required=True,
        legal_basis="The law tells us to warn you.",
    ),
]  # fmt: skip


@pytest.fixture
def reader() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture(autouse=True)
def offers(db: None) -> Any:
    """A topic of two kinds, three kinds without a topic, and none else."""
    before = offered_types()
    register_offered(KINDS)
    Topic.objects.all().delete()
    yield Topic.objects.create(key="offers", name="Offers")
    register_offered(before)


def judge(contact: Contact, key: str, channel: str = "email") -> Decision:
    kind = next(one for one in KINDS if one.key == key)
    ask = Ask(
        stream=kind.stream, type_key=key, topic_key=kind.topic_key, is_required=kind.is_required, channel=channel,
        is_channel_default_on=channel == "email",
    )  # fmt: skip
    return may_send(facts_of(contact), ask, at=timezone.now())


def test_a_kind_is_turned_off_alone(reader: Client, ada: Contact) -> None:
    save(reader, ada, kind=["bargains", "parcel"])
    assert judge(ada, "vouchers") == Decision(False, "type_off")
    assert judge(ada, "bargains").allowed


def test_only_what_has_a_digest_can_come_gathered(reader: Client, ada: Contact) -> None:
    page = look(reader, ada)
    assert 'name="often-topic-offers"' in page
    assert 'name="often-kind-bargains"' in page
    assert 'name="often-kind-vouchers"' not in page


def test_a_topic_comes_once_a_week(reader: Client, ada: Contact) -> None:
    save(reader, ada, **{"often-topic-offers": "weekly"})
    assert judge(ada, "bargains") == Decision(True, "allowed", "weekly")
    page = look(reader, ada)
    assert 'name="topic-was" value="offers=weekly"' in page
    assert 'name="kind-was" value="bargains=weekly"' in page
    assert 'name="kind-was" value="vouchers=immediate"' in page


def test_turning_a_topic_off_outweighs_what_was_chosen_below_it(reader: Client, ada: Contact) -> None:
    save(reader, ada, **{"often-kind-bargains": "daily"})
    save(reader, ada, topic=[])
    assert judge(ada, "bargains") == Decision(False, "topic_off")


def test_below_a_topic_that_is_off_a_kind_can_be_turned_on(reader: Client, ada: Contact, offers: Topic) -> None:
    choices.unsubscribe(ada, topic=offers, source="test")
    save(reader, ada, kind=["vouchers", "parcel"])
    assert judge(ada, "vouchers").allowed
    assert not judge(ada, "bargains").allowed


def test_what_is_required_is_shown_with_its_reason_and_no_switch(reader: Client, ada: Contact) -> None:
    page = look(reader, ada)
    assert "The law tells us to warn you." in page
    assert 'value="recall"' not in page


def test_what_is_required_cannot_be_turned_off(reader: Client, ada: Contact) -> None:
    save(reader, ada, **{"kind-was": ["recall=immediate", "receipt=immediate"]}, kind=[])
    assert not Choice.objects.exists()


def test_text_messages_need_a_phone(reader: Client, ada: Contact) -> None:
    assert "Add a phone number" in look(reader, ada)
    assert "As a text message too" not in look(reader, ada)


def test_text_messages_come_to_those_who_ask(reader: Client, ada: Contact) -> None:
    choices.set_phone(ada, "+49 151 23456789")
    assert not judge(ada, "parcel", "sms").allowed
    save(reader, ada, way=["parcel:sms", "receipt:sms"])
    assert judge(ada, "parcel", "sms").allowed
    assert judge(ada, "receipt", "sms").allowed
    save(reader, ada, way=["parcel:sms"], kind=["bargains", "vouchers"])
    assert judge(ada, "parcel", "sms").allowed
    assert not judge(ada, "parcel").allowed
    assert not judge(ada, "receipt", "sms").allowed


def test_the_phone_is_shown_in_part_only(reader: Client, ada: Contact) -> None:
    choices.set_phone(ada, "+49 151 23456789")
    page = look(reader, ada)
    assert "+49…89" in page
    assert "23456" not in page


def test_wishes_about_a_kind_that_is_gone_stay_and_harm_nothing(reader: Client, ada: Contact) -> None:
    choices.choose(ada, Choice.Frequency.WEEKLY, type_key="retired")
    assert save(reader, ada, **{"kind-was": ["retired=weekly", "bargains=immediate"]}, kind=[]).status_code == 302
    assert Choice.objects.get(type_key="retired").frequency == "weekly"
    assert not judge(ada, "bargains").allowed


def test_the_words_of_a_topic_are_translated(reader: Client, ada: Contact, offers: Topic) -> None:
    offers.translations = {"de": {"name": "Angebote", "description": ""}, "es": "broken"}
    offers.save()
    path = path_of(ada)
    assert "<strong>Angebote</strong>" in reader.get(path, {"lang": "de"}).content.decode()
    assert "<strong>Offers</strong>" in reader.get(path, {"lang": "es"}).content.decode()
