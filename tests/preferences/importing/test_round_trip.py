"""Does a table that left through a spreadsheet come back as it was? And is one that is too large refused in words?"""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from preferences import exporting, list_reading
from preferences.import_forms import UploadForm
from preferences.list_reading import BadFile
from preferences.models import Contact, ContactImport
from tests.people import make_contact
from tests.preferences.importing.tables import bring_in, look_through, upload

pytestmark = [pytest.mark.django_db, pytest.mark.req("C1")]

NAMES = ("=cmd|x", "+1", "-1", "@SUM(A1)", "'quoted'", "O'Hara", "Łukasz;Ölund", 'the "Great", she said')


def take_out() -> str:
    made = exporting.order_export("all", ("email", "first_name", "phone"), by=None)
    exporting.work_on_exports(at=timezone.now(), seconds=60)
    made.refresh_from_db()
    return "".join(exporting.read_export(made))


@pytest.mark.parametrize("separator", [",", ";"])
def test_formulas_and_quotation_marks_survive_the_way_out_and_back(separator: str) -> None:
    for number, name in enumerate(NAMES):
        make_contact(f"person{number}@example.com", first_name=name, phone="+447700900777")
    before = list(Contact.objects.order_by("pk").values_list("address", "first_name", "phone"))
    content = take_out()
    if separator == ";":  # as Excel saves it where a comma is the decimal point
        content = rewritten(content)
    table = bring_in(content, ["email", "first_name", "phone"], known="overwrite")
    assert list(Contact.objects.order_by("pk").values_list("address", "first_name", "phone")) == before
    assert (table.faulty, table.noted, table.added, table.changed) == (0, 0, 0, 0)


def rewritten(content: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(csv.reader(io.StringIO(content.removeprefix("\ufeff"))))
    return out.getvalue()


def test_a_formula_of_a_stranger_is_text_in_the_table_that_leaves() -> None:
    bring_in('email,name\nada@example.com,"=HYPERLINK(""https://evil.example"")"\n', ["email", "first_name"])
    row = take_out().splitlines()[1]
    assert "\"'=HYPERLINK(" in row


def test_a_table_with_too_many_lines_is_refused_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_reading, "MOST_LINES", 100)
    with pytest.raises(BadFile, match="more than 100 lines"):
        upload("email\n" + "ada@example.com\n" * 1000)
    assert not ContactImport.objects.exists()


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    file = SimpleUploadedFile("people.csv", b"email\n")
    file.size = list_reading.MOST_BYTES + 1
    form = UploadForm({}, MultiValueDict({"file": [file]}))
    assert form.errors["file"] == ["The file is larger than 100 MB. Divide it."]


def test_what_stands_in_another_encoding_is_read_and_a_broken_letter_costs_its_own_cell_at_most() -> None:
    table = look_through(b"E-Mail;Vorname\nada@example.com;J\xf6rg\xff\nben@example.com;Ben\n")
    assert (table.faulty, table.fresh) == (0, 2)
