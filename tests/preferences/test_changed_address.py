"""Can staff mend a contact's address, and is what belongs to the old one left with it?"""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.utils import timezone

from config import vault
from preferences.addresses import BadAddress
from preferences.contacts import AddressTaken, NoSuchContact, change_address
from preferences.facts import facts_of
from preferences.models import Contact, Suppression
from preferences.suppression import suppress

pytestmark = pytest.mark.req("V5")


def test_the_address_is_normalised(ada: Contact) -> None:
    change_address(ada.pk, " Ada.L@Büro.example ")
    ada.refresh_from_db()
    assert (ada.email, ada.address) == ("Ada.L@Büro.example", "ada.l@xn--bro-hoa.example")
    assert bytes(ada.address_digest) == vault.address_digest(str(ada.address))


def test_a_taken_address_is_explained(ada: Contact, ben: Contact) -> None:
    with pytest.raises(AddressTaken, match="Another contact has this address already"):
        change_address(ada.pk, "BEN@example.com")
    ada.refresh_from_db()
    assert ada.address == "ada@example.com"


def test_what_is_no_address_is_refused(ada: Contact) -> None:
    with pytest.raises(BadAddress):
        change_address(ada.pk, "ada at example")


def test_an_erased_contact_gets_no_address(ada: Contact) -> None:
    Contact.objects.update(address=None, email="", erased_at=timezone.now())
    with pytest.raises(NoSuchContact):
        change_address(ada.pk, "ada@example.org")


def test_the_old_addresss_suppression_stays_with_it(ada: Contact) -> None:
    suppress(ada, reason=Suppression.Reason.HARD_BOUNCE, scope=Suppression.Scope.ALL)
    assert facts_of(ada).suppressions
    change_address(ada.pk, "ada@example.org")
    assert not facts_of(ada).suppressions
    assert Suppression.objects.filter(lifted_at=None).count() == 1


def test_the_history_says_who_and_holds_no_address(ada: Contact) -> None:
    boss = User.objects.create_user("boss")
    change_address(ada.pk, "ada@example.org", by=boss.pk)
    entry = LogEntry.objects.get()
    assert (entry.user_id, entry.object_id) == (boss.pk, str(ada.pk))
    assert "@" not in entry.object_repr + entry.change_message


def test_the_same_address_again_is_no_change(ada: Contact) -> None:
    boss = User.objects.create_user("boss")
    change_address(ada.pk, "ada@example.com", by=boss.pk)
    assert not LogEntry.objects.exists()
