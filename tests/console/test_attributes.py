"""Does staff define attributes, and edit a contact in fields of the right kind?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from preferences import attributes
from preferences.models import Attribute, Contact

pytestmark = [pytest.mark.django_db, pytest.mark.req("C1")]


def test_a_found_key_is_defined_by_one_press(boss: Client, ada: Contact) -> None:
    Contact.objects.update(attributes={"points": 3})
    assert "points" in boss.get("/attributes/").content.decode()
    boss.post("/attributes/define/", {"key": "points", "kind": "number"})
    assert Attribute.objects.get().kind == "number"


def test_a_new_one_is_checked(boss: Client) -> None:
    given = {"name": "Colour", "key": "no good", "kind": "text"}
    assert "Enter a valid" in boss.post("/attributes/", given).content.decode()
    boss.post("/attributes/", {**given, "key": "colour"})
    assert "defined already" in boss.post("/attributes/", {**given, "key": "colour"}).content.decode()


def test_a_kind_is_changed_after_saying_what_it_does(boss: Client, ada: Contact) -> None:
    Contact.objects.update(attributes={"points": "many"})
    one = attributes.define("points", kind="text")
    page = boss.post(f"/attributes/{one.pk}/kind/", {"kind": "number"}).content.decode()
    assert "Remove the 1 value that does not fit" in page
    refused = boss.post(f"/attributes/{one.pk}/kind/", {"kind": "number", "confirmed": "1"}, follow=True)
    assert "Nothing was changed" in refused.content.decode()
    boss.post(f"/attributes/{one.pk}/kind/", {"kind": "number", "confirmed": "1", "drops_unfit": "1"})
    one.refresh_from_db()
    ada.refresh_from_db()
    assert (one.kind, ada.attributes) == ("number", {})


def test_a_contact_is_edited_in_typed_fields(boss: Client, ada: Contact) -> None:
    Contact.objects.update(attributes={"points": 3, "other": "x"})
    attributes.define("points", kind="number")
    path = f"/contacts/{ada.pk}/edit/"
    given = {"first_name": "Ada", "phone": "", "locale": "de", "time_zone": "", "attribute-points": "four"}
    assert "Please write a number" in boss.post(path, given).content.decode()
    assert boss.post(path, {**given, "attribute-points": "4"}).status_code == 302
    ada.refresh_from_db()
    assert (ada.attributes, ada.locale) == ({"points": 4, "other": "x"}, "de")
    assert LogEntry.objects.get().change_message == "Changed locale, points."


def test_support_only_looks(somebody: Callable[..., Client]) -> None:
    support = somebody("support")
    assert support.get("/attributes/").status_code == 200
    assert support.post("/attributes/define/", {"key": "a", "kind": "text"}).status_code == 403
