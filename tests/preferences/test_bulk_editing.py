"""Are many contacts changed as was planned, no more of them, and each once?"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.utils import timezone

from preferences import attributes, bulk_editing
from preferences.audiences import NoSuchAudience
from preferences.erasing import erase_stored
from preferences.erasure import erase_contact
from preferences.models import BulkEdit, Contact, ContactList, ListMember
from tests.people import make_contact, make_contacts

pytestmark = [pytest.mark.django_db, pytest.mark.req("C1")]

Action, State = BulkEdit.Action, BulkEdit.State


def edit(action: str, **given: Any) -> BulkEdit:
    planned = bulk_editing.plan_edit(action, **{"audience": "all", "by": None, **given})
    assert bulk_editing.start_edit(planned.pk, by=None, at=timezone.now())
    bulk_editing.work_on_edits(at=timezone.now(), seconds=60)
    planned.refresh_from_db()
    return planned


def stored(contact: Contact) -> Any:
    contact.refresh_from_db()
    return contact.attributes


def test_an_attribute_is_set_and_cleared(ada: Contact, ben: Contact) -> None:
    attributes.define("tags", name="Tags", kind="list")
    Contact.objects.filter(pk=ben.pk).update(attributes={"tags": ["a"], "b": 1})
    made = edit(Action.SET_ATTRIBUTE, subject="tags", value=["a"])
    assert (made.described, made.people, made.differing, made.changed) == ("Set “Tags” to “a”", 2, 1, 1)
    assert (stored(ada), stored(ben)) == ({"tags": ["a"]}, {"tags": ["a"], "b": 1})
    assert edit(Action.CLEAR_ATTRIBUTE, subject="tags").changed == 2
    assert (stored(ada), stored(ben)) == ({}, {"b": 1})


@pytest.mark.parametrize(
    ("action", "column", "value"),
    [(Action.SET_LOCALE, "locale", "de"), (Action.SET_TIME_ZONE, "time_zone", "Europe/Oslo")],
)
def test_language_and_time_zone(ada: Contact, action: str, column: str, value: str) -> None:
    assert edit(action, value=value).changed == 1
    assert Contact.objects.values_list(column, flat=True).get() == value
    assert edit(action, value=value).changed == 0


def test_on_a_list_and_off_it(ada: Contact, ben: Contact) -> None:
    fair = ContactList.objects.create(name="Fair")
    ListMember.objects.create(list=fair, contact=ada)
    made = edit(Action.ADD_TO_LIST, subject=str(fair.pk))
    assert (made.described, made.changed, fair.members.count()) == ("Put on the list “Fair”", 1, 2)
    assert edit(Action.REMOVE_FROM_LIST, subject=str(fair.pk), audience="", chosen=[ada.pk]).changed == 1
    assert fair.members.get().contact == ben


def test_only_those_who_are_meant(ada: Contact, ben: Contact) -> None:
    fair = ContactList.objects.create(name="Fair")
    ListMember.objects.create(list=fair, contact=ben)
    edit(Action.SET_LOCALE, value="de", audience=f"list:{fair.pk}")
    assert list(Contact.objects.filter(locale="de")) == [ben]


def test_whoever_comes_later_or_is_erased_is_left_out(ada: Contact, ben: Contact) -> None:
    planned = bulk_editing.plan_edit(Action.SET_LOCALE, value="de", audience="all", by=None)
    erase_contact(ada, source="test")
    make_contact("cleo@example.com")
    bulk_editing.start_edit(planned.pk, by=None, at=timezone.now())
    bulk_editing.work_on_edits(at=timezone.now(), seconds=60)
    assert list(Contact.objects.filter(locale="de")) == [ben]


def test_it_is_done_slice_by_slice_stopped_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_editing, "SLICE", 10)
    make_contacts(25)
    planned = bulk_editing.plan_edit(Action.SET_LOCALE, value="de", audience="all", by=None)
    bulk_editing.start_edit(planned.pk, by=None, at=timezone.now())
    bulk_editing.work_on_edits(at=timezone.now(), seconds=60, most=1)
    assert bulk_editing.stop_edit(planned.pk)
    assert bulk_editing.work_on_edits(at=timezone.now(), seconds=60) == 0
    assert Contact.objects.filter(locale="de").count() == 10
    bulk_editing.start_edit(planned.pk, by=None, at=timezone.now())
    bulk_editing.work_on_edits(at=timezone.now(), seconds=60)
    planned.refresh_from_db()
    assert (planned.state, planned.changed) == (State.DONE, 25)


def test_it_is_written_down(ada: Contact) -> None:
    user = User.objects.create_user("boss")
    planned = bulk_editing.plan_edit(Action.SET_LOCALE, value="de", audience="all", by=user.pk)
    assert Contact.objects.filter(locale="de").count() == 0
    bulk_editing.start_edit(planned.pk, by=user.pk, at=timezone.now())
    assert LogEntry.objects.get().change_message == "Set the language to “de”: All contacts."


def test_a_value_that_names_somebody_goes_with_them(ada: Contact, ben: Contact) -> None:
    attributes.define("friend", kind="text")
    edit(Action.SET_ATTRIBUTE, subject="friend", value="ada@example.com")
    erase_contact(ada, source="test")
    erase_stored(ada.pk)
    made = BulkEdit.objects.get()
    assert (made.described, made.value, made.state) == ("", None, State.DONE)


@pytest.mark.parametrize("given", [{"audience": "list:9"}, {"audience": ""}])
def test_nobody_is_nobody(given: dict[str, Any]) -> None:
    with pytest.raises(NoSuchAudience):
        bulk_editing.plan_edit(Action.SET_LOCALE, value="de", by=None, **given)
