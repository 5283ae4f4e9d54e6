"""Does staff see how many a change is about before it is made?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from preferences import attributes
from preferences.models import BulkEdit, Contact, ContactList

pytestmark = [pytest.mark.django_db, pytest.mark.req("C1")]

NEW = "/contacts/edit/"


def test_from_the_chosen_rows_to_the_change(boss: Client, ada: Contact, ben: Contact) -> None:
    attributes.define("points", kind="number")
    answer = boss.post("/preferences/contact/", {"action": "edit_chosen", "_selected_action": [ada.pk]})
    assert answer["Location"] == f"{NEW}?ids={ada.pk}"
    assert "Edit 1 chosen contact" in boss.get(answer["Location"]).content.decode()
    given = {"ids": f"{ada.pk}", "action": "set_attribute", "attribute": "points", "value": "7"}
    page = boss.post(NEW, given, follow=True).content.decode()
    assert "Change 1 contact" in page
    assert Contact.objects.get(pk=ada.pk).attributes == {}
    boss.post(f"{NEW}{BulkEdit.objects.get().pk}/act/", {"act": "start"})
    assert [one.attributes for one in Contact.objects.order_by("pk")] == [{"points": 7}, {}]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"action": "set_attribute"}, "Choose the attribute"),
        ({"action": "set_attribute", "attribute": "points", "value": "x"}, "write a number"),
        ({"action": "set_attribute", "attribute": "points"}, "Write a value"),
        ({"action": "add_to_list"}, "Choose the list"),
        ({"action": "set_locale", "value": "??"}, "Write a language"),
        ({"action": "set_time_zone", "value": "Moon"}, "no such time zone"),
        ({"action": "set_locale", "value": "de", "audience": ""}, "This field is required"),
    ],
)
def test_what_is_missing_is_said(boss: Client, given: dict[str, str], words: str) -> None:
    attributes.define("points", kind="number")
    assert words in boss.post(NEW, {"audience": "all", **given}).content.decode()
    assert not BulkEdit.objects.exists()


def test_a_plan_may_be_forgotten(boss: Client, ada: Contact) -> None:
    ContactList.objects.create(name="Fair")
    boss.post(NEW, {"audience": "all", "action": "set_locale", "value": "de"})
    boss.post(f"{NEW}{BulkEdit.objects.get().pk}/act/", {"act": "drop"})
    assert not BulkEdit.objects.exists()


def test_it_takes_the_permission(somebody: Callable[..., Client]) -> None:
    assert somebody("support").get(NEW).status_code == 403
    assert somebody("marketer").get(NEW).status_code == 200
