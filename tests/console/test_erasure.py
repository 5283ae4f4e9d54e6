"""Does staff see exactly what goes before somebody is erased, and is nobody erased by mistake?"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from preferences.erasing import erase_stored
from preferences.erasure import erase_contact
from preferences.models import Contact, Erasure
from tests.console.conftest import MakeMessage
from tests.types import parcel_type
from tracking.signals import event

pytestmark = [pytest.mark.req("P4"), pytest.mark.usefixtures("new_types")]


def path_of(contact: Contact) -> str:
    return f"/contacts/{contact.pk}/erase/"


def test_it_says_what_goes_and_how_much(boss: Client, ada: Contact, make_message: MakeMessage) -> None:
    parcel_type()
    for number in range(3):
        event.send(sender=None, name="parcel.sent", contact=ada, payload={"number": str(number)})
    make_message()
    page = boss.get(path_of(ada)).content.decode()
    assert 'Events, with all their values: <b class="pr-num">3</b>' in page
    assert 'Messages in the log (they stay, without address and content): <b class="pr-num">1</b>' in page
    assert "Dead letters (" not in page


@pytest.mark.parametrize("typed", ["", "ada", "ben@example.com", "no address"])
def test_without_the_address_nothing_happens(boss: Client, ada: Contact, typed: str) -> None:
    page = boss.post(path_of(ada), {"typed": typed}).content.decode()
    assert "Nothing was erased: that is not the address." in page
    assert not Erasure.objects.exists()


def test_with_it_the_person_is_erased(boss: Client, ada: Contact) -> None:
    page = boss.post(path_of(ada), {"typed": " Ada@example.com "}, follow=True).content.decode()
    ada.refresh_from_db()
    assert (ada.email, Erasure.objects.get().source) == ("", "console")
    assert "Erased on" in page
    assert "once more in some minutes" in page
    assert boss.post(path_of(ada), {"typed": "ada@example.com"}).status_code == 200


def test_the_history_knows_who_did_it_and_not_to_whom(boss: Client, ada: Contact) -> None:
    boss.get(f"/contacts/{ada.pk}/data.json")
    boss.post(path_of(ada), {"typed": "ada@example.com"})
    erase_stored(ada.pk)
    entries = LogEntry.objects.order_by("pk").values_list("user__username", "object_repr", "change_message")
    assert list(entries) == [
        ("boss", f"contact {ada.pk}", "Exported the personal data."),
        ("boss", f"contact {ada.pk}", "Erased the person."),
    ]


def test_the_contacts_page_leads_there_and_works_afterwards(boss: Client, ada: Contact) -> None:
    contact_page = f"/contacts/{ada.pk}/"
    page = boss.get(contact_page).content.decode()
    assert path_of(ada) in page
    assert f"/contacts/{ada.pk}/data.json" in page
    boss.post(path_of(ada), {"typed": "ada@example.com"})
    assert f"erased contact {ada.pk}" in boss.get(contact_page).content.decode()
    for path in ("/preferences/contact/?standing=erased", "/preferences/suppression/", f"/why/contact/{ada.pk}/"):
        assert boss.get(path).status_code in {200, 404}


def test_the_list_shows_whom_segments_count_and_the_erased_on_request(boss: Client, ada: Contact, ben: Contact) -> None:
    erase_contact(ada, source="console")
    name = f"erased contact {ada.pk}"
    listed = boss.get("/preferences/contact/").content.decode()
    assert name not in listed
    assert str(ben) in listed
    assert name in boss.get("/preferences/contact/?standing=erased").content.decode()


def test_the_file_holds_the_person(boss: Client, ada: Contact) -> None:
    response = boss.get(f"/contacts/{ada.pk}/data.json")
    assert response["Content-Disposition"] == f'attachment; filename="contact-{ada.pk}.json"'
    assert json.loads(response.content)["person"]["email"] == "ada@example.com"


@pytest.mark.parametrize(("role", "status"), [("support", 200), ("developer", 200), ("marketer", 403)])
def test_who_may_erase(somebody: Callable[..., Client], ada: Contact, role: str, status: int) -> None:
    client = somebody(role)
    assert client.get(path_of(ada)).status_code == status
    assert client.get(f"/contacts/{ada.pk}/data.json").status_code == 200


def test_strangers_are_asked_to_log_in(visitor: Client, ada: Contact) -> None:
    for path in (path_of(ada), f"/contacts/{ada.pk}/data.json"):
        assert visitor.get(path).status_code == 302
