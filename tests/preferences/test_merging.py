"""When two contacts become one, is nothing lost, is the stricter kept, and do old links and addresses lead on?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from config.ids import new_id
from notifications.delivery.models import Outbox
from preferences.choices import choose
from preferences.consent import Action, record_consent
from preferences.contacts import find_contact_id, resolve_contact, upsert_contact
from preferences.duplicates import find_duplicates
from preferences.erasing import erase_stored
from preferences.erasure import erase_contact
from preferences.facts import facts_of
from preferences.links import Leave, preferences_url, unsubscribe_url
from preferences.merging import CannotMerge, merge_contacts
from preferences.models import Choice, Contact, ContactList, ContactMerge, ListMember, Suppression, Topic
from preferences.portability import collect_personal_data
from preferences.suppression import suppress
from preferences.timelines import read_timeline
from tests.people import make_contact
from tests.preferences.importing.tables import bring_in
from tracking.models import Event, Message

pytestmark = [pytest.mark.django_db, pytest.mark.req("C1")]

Frequency, Reason, Scope = Choice.Frequency, Suppression.Reason, Suppression.Scope


@pytest.fixture
def topic(db: None) -> Topic:
    return Topic.objects.create(key="tea", name="Tea")


def merge(winner: Contact, loser: Contact, *take: str) -> None:
    merge_contacts(winner.pk, loser.pk, take=take)
    winner.refresh_from_db()
    loser.refresh_from_db()


def wishes(contact: Contact) -> dict[tuple[str, str], str]:
    rows = contact.choices.values_list("topic__key", "channel", "frequency")
    return {(topic or "", channel): frequency for topic, channel, frequency in rows}


def path_of(url: str) -> str:
    return urlsplit(url).path


def test_only_chosen_values_are_taken(ada: Contact, ben: Contact) -> None:
    Contact.objects.filter(pk=ben.pk).update(last_name="B", locale="de", attributes={"city": "Oslo", "plan": "pro"})
    Contact.objects.filter(pk=ada.pk).update(attributes={"plan": "free"})
    merge(ada, ben, "last_name", "attribute:city")
    assert (ada.name, ada.locale, ada.attributes) == ("Ada B", "", {"plan": "free", "city": "Oslo"})
    assert (ben.email, ben.address, ben.first_name, ben.attributes) == ("", None, "", {})


class TestTheStricterHolds:
    @pytest.mark.parametrize(("mine", "theirs"), [("never", "immediate"), ("weekly", "never"), ("immediate", "never")])
    def test_of_two_choices(self, ada: Contact, ben: Contact, topic: Topic, mine: str, theirs: str) -> None:
        choose(ada, Frequency(mine), topic=topic, source="test")
        choose(ben, Frequency(theirs), topic=topic, source="test")
        merge(ada, ben)
        assert wishes(ada) == {("tea", ""): "never"}

    @pytest.mark.parametrize("refuser", ["ada", "ben"])
    def test_a_refusal_of_everything(self, ada: Contact, ben: Contact, topic: Topic, refuser: str) -> None:
        one, other = (ada, ben) if refuser == "ada" else (ben, ada)
        choose(one, Frequency.NEVER, source="test")
        choose(other, Frequency.IMMEDIATE, topic=topic, source="test")
        merge(ada, ben)
        assert wishes(ada) == {("", ""): "never"}

    def test_of_suppressions_but_a_bounce_stays_with_its_mailbox(self, ada: Contact, ben: Contact) -> None:
        suppress(ben, reason=Reason.COMPLAINT, scope=Scope.MARKETING)
        suppress(ben, reason=Reason.HARD_BOUNCE, scope=Scope.ALL)
        merge(ada, ben)
        assert facts_of(ada).suppressions == {"marketing": "complaint"}

    def test_of_terms(self, ada: Contact, ben: Contact) -> None:
        later = timezone.now() + timedelta(days=3)
        Contact.objects.filter(pk=ada.pk).update(most_a_week=5)
        Contact.objects.filter(pk=ben.pk).update(paused_until=later, is_tracking_allowed=False, most_a_week=2)
        merge(ada, ben)
        assert (ada.paused_until, ada.is_tracking_allowed, ada.most_a_week) == (later, False, 2)


def test_lists_are_joined(ada: Contact, ben: Contact) -> None:
    fair, shop = (ContactList.objects.create(name=name) for name in ("Fair", "Shop"))
    for one, contact in ((fair, ada), (fair, ben), (shop, ben)):
        ListMember.objects.create(list=one, contact=contact)
    merge(ada, ben)
    assert set(ListMember.objects.values_list("list__name", "contact")) == {("Fair", ada.pk), ("Shop", ada.pk)}


def test_both_histories_are_shown_and_handed_out(ada: Contact, ben: Contact) -> None:
    for contact in (ada, ben):
        Event.objects.create(id=new_id(), name=f"seen.{contact.first_name}", contact=contact, state="accepted",
                             routed_at=timezone.now())  # fmt: skip
        record_consent(contact, Action.GRANTED, source=f"form:{contact.first_name}")
    merge(ada, ben)
    assert {one.title for one in read_timeline(ada.pk)[0]} == {"seen.Ada", "seen.Ben"}
    data = collect_personal_data(ada)
    assert {one["source"] for one in data["consents"]} == {"form:Ada", "form:Ben"}
    assert {one["name"] for one in data["events"]} == {"seen.Ada", "seen.Ben"}


class TestWhatLeadsOn:
    def test_the_old_address(self, ada: Contact, ben: Contact) -> None:
        merge(ada, ben)
        assert upsert_contact("Ben@example.com") == ada
        assert find_contact_id("ben@example.com") == ada.pk
        assert resolve_contact(ben) == ada
        table = bring_in("email,name\nben@example.com,Benjamin\n", ["email", "last_name"])
        ada.refresh_from_db()
        assert (table.added, ada.last_name) == (0, "Benjamin")

    def test_its_unsubscribe_link(self, ada: Contact, ben: Contact, topic: Topic, visitor: Client) -> None:
        merge(ada, ben)
        leave = unsubscribe_url(Leave(contact_id=ben.pk, topic_id=topic.pk, message_id=UUID(int=0)))
        assert visitor.post(path_of(leave), {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert wishes(ada) == {("tea", ""): "never"}

    def test_its_preference_page(self, ada: Contact, ben: Contact, visitor: Client) -> None:
        merge(ada, ben)
        assert visitor.get(path_of(preferences_url(ben.pk))).status_code == 200

    def test_both_addresses_when_the_losers_is_taken(self, ada: Contact, ben: Contact) -> None:
        merge(ada, ben, "email")
        assert (ada.address, ada.email) == ("ben@example.com", "ben@example.com")
        assert upsert_contact("ada@example.com") == upsert_contact("ben@example.com") == ada

    def test_through_two_merges(self, ada: Contact, ben: Contact) -> None:
        cleo = make_contact("cleo@example.com")
        merge(ben, cleo)
        merge(ada, ben)
        assert upsert_contact("cleo@example.com") == ada


class TestRefusals:
    def test_the_same_or_nobody(self, ada: Contact) -> None:
        for other in (ada.pk, 0):
            with pytest.raises(CannotMerge, match="Two different"):
                merge_contacts(ada.pk, other)

    @pytest.mark.parametrize("is_winner", [True, False])
    def test_the_erased(self, ada: Contact, ben: Contact, is_winner: bool) -> None:
        erase_contact(ben, source="test")
        pair = (ben.pk, ada.pk) if is_winner else (ada.pk, ben.pk)
        with pytest.raises(CannotMerge, match="was erased"):
            merge_contacts(*pair)

    def test_two_users(self, ada: Contact, ben: Contact) -> None:
        for contact in (ada, ben):
            Contact.objects.filter(pk=contact.pk).update(user=User.objects.create_user(contact.first_name))
        with pytest.raises(CannotMerge, match="a user of their own"):
            merge_contacts(ada.pk, ben.pk)

    def test_mail_under_way(self, ada: Contact, ben: Contact) -> None:
        message = Message.objects.create(contact=ben, source="test:1", stream="transactional")
        Outbox.objects.create(
            message=message, contact_id=ben.pk, stream="transactional", template_version_id=new_id()
        )  # fmt: skip
        with pytest.raises(CannotMerge, match="on its way"):
            merge_contacts(ada.pk, ben.pk)
        assert not ContactMerge.objects.exists()


def test_the_user_of_the_one_that_goes_is_kept(ada: Contact, ben: Contact) -> None:
    user = User.objects.create_user("ben")
    Contact.objects.filter(pk=ben.pk).update(user=user)
    merge(ada, ben)
    assert ada.user == user


def test_erasing_the_winner_erases_what_was_merged(ada: Contact, ben: Contact) -> None:
    Event.objects.create(id=new_id(), name="seen", contact=ben, state="accepted", routed_at=timezone.now(),
                         payload={"mail": "ben@example.com"})  # fmt: skip
    merge(ada, ben)
    erase_contact(ada, source="test")
    for contact in (ada, ben):
        erase_stored(contact.pk)
    assert "ben@example.com" not in str(list(Event.objects.values()))
    assert ContactMerge.objects.get().sealed_traces is None
    assert bring_in("email\nben@example.com\nada@example.com\n").erased == 2


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ({"phone": "+447700900777"}, {"phone": "+447700900777"}, "The same phone number"),
        ({"email": "a.da@gmail.com"}, {"email": "ada+x@googlemail.com"}, "The same mailbox"),
        ({"first_name": "Ada", "last_name": "L"}, {"first_name": "ADA", "last_name": "l"}, "The same name"),
    ],
)
def test_duplicates_are_suggested(one: dict[str, Any], other: dict[str, Any], reason: str) -> None:
    first = make_contact(**{"email": "one@example.com", **one})
    second = make_contact(**{"email": "other@example.com", **other})
    make_contact("stranger@example.com", first_name="Ada")
    [suspect] = find_duplicates(first)
    assert (suspect.contact, suspect.reason.startswith(reason)) == (second, True)
