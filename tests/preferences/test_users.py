"""Does a contact follow its user, and can nothing of it break the saving of a user?"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import transaction

from preferences import attributes, users
from preferences.erasure import erase_contact
from preferences.models import Contact
from tests.people import make_contact

pytestmark = [pytest.mark.django_db, pytest.mark.req("C1")]


@pytest.fixture(autouse=True)
def _followed(settings: Any) -> None:
    settings.POSTRIDER_USER_FIELDS = [
        "first_name=first_name",
        "attribute:joined=date_joined",
        "attribute:staff=is_staff",
    ]


def make_user(email: str = "ada@example.com", **fields: Any) -> User:
    return User.objects.create_user("ada", email, "word", **{"first_name": "Ada", **fields})


def test_a_new_user_makes_a_contact() -> None:
    user = make_user()
    contact = Contact.objects.get()
    assert (contact.user, contact.address, contact.first_name) == (user, "ada@example.com", "Ada")
    assert contact.attributes == {"joined": user.date_joined.date().isoformat(), "staff": False}


def test_a_known_contact_is_linked_and_brought_into_step(ada: Contact) -> None:
    make_user(first_name="Augusta")
    ada.refresh_from_db()
    assert (ada.user_id is not None, ada.first_name, Contact.objects.count()) == (True, "Augusta", 1)


def test_a_new_address_is_taken_over() -> None:
    user = make_user()
    user.email = "Countess@example.com"
    user.save()
    assert Contact.objects.get().address == "countess@example.com"


def test_a_blank_clears_nothing() -> None:
    user = make_user()
    user.first_name = ""
    user.save()
    assert Contact.objects.get().first_name == "Ada"


@pytest.mark.parametrize("email", ["", "nobody", "erased@example.com", "ben@example.com"])
def test_a_user_is_saved_whatever_the_address(email: str, ben: Contact) -> None:
    erase_contact(make_contact("erased@example.com"), source="test")
    user = make_user()
    user.email = email
    user.save()
    user.refresh_from_db()
    assert (user.email, Contact.objects.get(user=user).address) == (email, "ada@example.com")


def test_what_does_not_fit_is_left_out() -> None:
    attributes.define("joined", kind="number")
    make_user()
    assert Contact.objects.get().attributes == {"staff": False}


def test_a_transaction_that_fails_takes_the_contact_with_it() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        make_user()
        raise RuntimeError
    assert not Contact.objects.exists()


@pytest.mark.parametrize("is_erased", [True, False])
def test_a_deleted_user(settings: Any, is_erased: bool) -> None:
    settings.POSTRIDER_ERASE_WITH_USER = is_erased
    make_user().delete()
    contact = Contact.objects.get()
    assert (contact.user_id, contact.erased_at is not None) == (None, is_erased)


def test_nothing_happens_unless_asked_for(settings: Any) -> None:
    settings.POSTRIDER_USER_FIELDS = []
    make_user()
    assert not Contact.objects.exists()
    with pytest.raises(CommandError, match="empty"):
        call_command("follow_users")


def test_users_of_before_are_brought_in(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    User.objects.bulk_create([User(username=f"u{number}", email=f"u{number}@example.com") for number in range(3)])
    call_command("follow_users")
    assert (Contact.objects.count(), capsys.readouterr().out) == (3, "3 users\n")


def test_a_setting_that_means_nothing_stops_the_start(settings: Any) -> None:
    settings.POSTRIDER_USER_FIELDS = ["colour=colour"]
    with pytest.raises(ImproperlyConfigured, match="colour cannot be filled"):
        users.connect()
