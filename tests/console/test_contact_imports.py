"""Does staff bring in a table step by step, seeing what it does before it is done?"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from preferences.models import Contact, ContactImport, ContactList, Topic

pytestmark = [pytest.mark.django_db, pytest.mark.req("C1")]

NEW = "/contacts/import/"
TABLE = "E-Mail;Vorname;Punkte\nada@example.com;Ada;12\nben@example.com;Ben;viele\nniemand;;\n"
COLUMNS = {"column-0": "email", "column-1": "first_name", "column-2": "new:number", "known": "fill"}


def upload(client: Client, content: str | bytes = TABLE) -> Any:
    raw = content if isinstance(content, bytes) else content.encode()
    return client.post(NEW, {"file": SimpleUploadedFile("people.csv", raw)}, follow=True)


def table() -> ContactImport:
    return ContactImport.objects.get()


def path() -> str:
    return f"{NEW}{table().pk}/"


def act(client: Client, what: str) -> str:
    return client.post(f"{path()}act/", {"act": what}, follow=True).content.decode()


def test_from_the_file_to_the_contacts_and_back(boss: Client) -> None:
    page = upload(boss).content.decode()
    assert "What are the columns?" in page
    assert '<option value="first_name" selected>' in page
    page = boss.post(path(), {**COLUMNS, "new_list": "Fair"}, follow=True).content.decode()
    assert "2 new contacts, 0 changed" in page
    assert "no usable address" in page
    assert "Punkte: write a number" in page
    assert not Contact.objects.exists()
    assert "Done" in act(boss, "start")
    assert Contact.objects.get(address="ada@example.com").attributes == {"punkte": 12}
    assert ContactList.objects.get().members.count() == 2
    assert "<b>2</b> contacts that came by this import are removed" in act(boss, "plan-undo")
    assert "Taken back" in act(boss, "undo")
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"column-0": ""}, "Say which column holds the e-mail addresses"),
        ({"column-1": "email"}, "2 columns go to “E-mail address”"),
        ({"topics": "991"}, "You subscribe people, so this is needed"),
        ({"column-2": "topic:991"}, "You subscribe people, so this is needed"),
        ({"consent_source": "asked ada@example.com"}, "Leave addresses out"),
        ({"new_list": "New", "to_list": "1"}, "not both"),
    ],
)
def test_what_makes_no_sense_is_said(boss: Client, given: dict[str, str], words: str) -> None:
    Topic.objects.create(pk=991, key="offers", name="Offers")
    ContactList.objects.create(pk=1, name="Old")
    upload(boss)
    assert words in boss.post(path(), {**COLUMNS, **given}).content.decode()
    assert table().state == ContactImport.State.MAPPING


def test_a_bad_file_is_refused_in_words(boss: Client) -> None:
    assert "Excel workbook" in upload(boss, b"PK\x03\x04").content.decode()
    assert not ContactImport.objects.exists()


def test_refused_rows_are_downloaded_without_formulas(boss: Client) -> None:
    upload(boss, "E-Mail,Name\n=cmd|x,x\nada@example.com,Ada\n")
    boss.post(path(), {"column-0": "email", "column-1": "", "known": "fill"})
    answer = boss.get(f"{path()}rows.csv")
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert rows[1][:2] == ["2", "refused"]
    assert rows[1][3].startswith("'=")


def test_one_may_go_back_to_the_columns_or_forget_it(boss: Client) -> None:
    upload(boss)
    boss.post(path(), COLUMNS)
    assert "What are the columns?" in act(boss, "columns")
    assert "Import contacts" in act(boss, "drop")
    assert not ContactImport.objects.exists()


def test_it_takes_the_permission(somebody: Callable[..., Client]) -> None:
    assert somebody("support").get(NEW).status_code == 403
    assert somebody("marketer").get(NEW).status_code == 200
