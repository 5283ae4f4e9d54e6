"""Does a table of contacts leave whole, harmless to a spreadsheet, and without people who were erased?"""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.utils import timezone

from preferences import attributes, exporting
from preferences.audiences import NoSuchAudience
from preferences.choices import choose
from preferences.erasing import erase_stored
from preferences.erasure import erase_contact
from preferences.models import Choice, Contact, ContactExport, ContactList, ExportPart, ListMember, Suppression, Topic
from preferences.suppression import suppress
from tests.people import make_contact, make_contacts

pytestmark = [pytest.mark.django_db, pytest.mark.req("C1")]


def export(*columns: str, audience: str = "all", by: int | None = None) -> ContactExport:
    made = exporting.order_export(audience, columns, by=by)
    exporting.work_on_exports(at=timezone.now(), seconds=60)
    made.refresh_from_db()
    return made


def rows_of(table: ContactExport) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(exporting.read_export(table)).removeprefix("\ufeff"))))


def test_each_value_is_written_as_people_read_it(ada: Contact) -> None:
    topic = Topic.objects.create(key="offers", name="Offers")
    choose(ada, Choice.Frequency.WEEKLY, topic=topic, source="test")
    suppress(ada, reason=Suppression.Reason.COMPLAINT, scope=Suppression.Scope.MARKETING)
    attributes.define("tags", kind="list")
    attributes.define("is_pro", kind="boolean")
    Contact.objects.update(phone="+447700900777", attributes={"tags": ["a", "b"], "is_pro": False})
    table = export("email", "phone", "attribute:tags", "attribute:is_pro", f"topic:{topic.pk}", "suppressed")
    assert rows_of(table) == [
        ["E-mail address", "Phone", "Tags", "Is pro", "Topic: Offers", "Suppressed"],
        ["ada@example.com", "'+447700900777", "a; b", "no", "weekly", "marketing"],
    ]


def test_formulas_become_text() -> None:
    make_contact("ada@example.com", first_name="=cmd|x")
    assert rows_of(export("first_name"))[1] == ["'=cmd|x"]


def test_it_is_written_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "SLICE", 10)
    people = make_contacts(25)
    table = export("email")
    assert (table.state, table.parts, table.written) == (ContactExport.State.DONE, 3, 25)
    assert [row[0] for row in rows_of(table)[1:]] == [one.email for one in people]


def test_a_list_alone(ada: Contact, ben: Contact) -> None:
    fair = ContactList.objects.create(name="Fair")
    ListMember.objects.create(list=fair, contact=ben)
    table = export("email", audience=f"list:{fair.pk}")
    assert (rows_of(table)[1:], table.audience_name) == ([["ben@example.com"]], "Fair")


@pytest.mark.parametrize(("audience", "columns"), [("list:9", ["email"]), ("all", ["password"]), ("all", [])])
def test_what_there_is_not_is_refused(audience: str, columns: list[str]) -> None:
    with pytest.raises(ValueError, match="there"):
        exporting.order_export(audience, columns, by=None)
    assert issubclass(NoSuchAudience, ValueError)


def test_it_is_written_down_who_took_what() -> None:
    user = User.objects.create_user("boss")
    export("email", by=user.pk)
    assert LogEntry.objects.get().change_message == "Ordered a table of All contacts: email."


def test_it_is_kept_for_a_day(ada: Contact) -> None:
    table = export("email")
    exporting.forget_exports(at=timezone.now() + timedelta(hours=25))
    table.refresh_from_db()
    assert (table.state, ExportPart.objects.count()) == (ContactExport.State.GONE, 0)


def test_an_erased_person_leaves_tables_that_wait(ada: Contact, ben: Contact) -> None:
    table = export("email", "first_name")
    erase_contact(ada, source="test")
    erase_stored(ada.pk)
    assert rows_of(table)[1:] == [["ben@example.com", "Ben"]]
    assert rows_of(export("email"))[1:] == [["ben@example.com"]]
