"""Is a table read whatever its form, and is a bad one refused in words?"""

from __future__ import annotations

import io
import tracemalloc
from typing import BinaryIO, cast

import pytest

from preferences.importing.columns import guess_columns
from preferences.importing.upload import MOST_COLUMNS, store_table
from preferences.list_reading import BadFile
from preferences.models import Attribute, ContactImport, ImportPart, ImportRow, Topic
from tests.preferences.importing.tables import look_through, upload

pytestmark = [pytest.mark.django_db, pytest.mark.req("C1")]


def addresses() -> list[str]:
    return list(ImportRow.objects.filter(fault="").order_by("number").values_list("address", flat=True))


def faults() -> list[tuple[int, str]]:
    return list(ImportRow.objects.exclude(fault="").order_by("number").values_list("number", "fault"))


BOTH = ["ada@example.com", "ben@example.com"]


@pytest.mark.parametrize(
    "content",
    [
        "Name,E-Mail\nAda,ada@example.com\nBen,ben@example.com\n",
        "Name;E-Mail\r\nAda;ada@example.com\rBen;ben@example.com\n",
        "Name\tE-Mail\nAda\tada@example.com\nBen\tben@example.com",
        "sep=;\nName;E-Mail\nAda;ada@example.com\nBen;ben@example.com\n",
        '"Name, first";E-Mail\n"Lovelace, Ada";ada@example.com\n"B";ben@example.com\n',
        'Name,E-Mail\n"Ada\nLovelace",ada@example.com\nBen,ben@example.com\n',
        "ada@example.com\nben@example.com\n",
        "E-Mail\nada@example.com\nben@example.com\n",
        "\n\nName,E-Mail\n\nAda,ada@example.com\n,,\nBen,Ben@Example.com\n",
        "E-Mail,E-Mail\nada@example.com,x\nben@example.com,y\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_form_is_read(content: str, encoding: str) -> None:
    look_through(content.encode(encoding))
    assert addresses() == BOTH


def test_an_attribute_is_known_by_its_name_and_by_its_key() -> None:
    Attribute.objects.create(key="plan", name="Club", kind="text")
    Attribute.objects.create(key="level", name="Plan", kind="text")
    guesses = [one.guess for one in guess_columns(upload("E-Mail;Club;Level\nada@example.com;member;2\n"))]
    assert guesses == ["email", "attribute:plan", "attribute:level"]
    assert guess_columns(upload("E-Mail;Plan\nada@example.com;member\n"))[1].guess == "attribute:plan"


def test_letters_of_windows_are_read() -> None:
    look_through("Vorname;E-Mail\nJörg;joerg@bücher.example\n".encode("cp1252"))
    row = ImportRow.objects.get()
    assert (row.address, row.columns) == ("joerg@xn--bcher-kva.example", {"first_name": "Jörg"})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n;;\n", "empty"),
        (b"Name,E-Mail\n", "only a header"),
        (b"Name,E-Mail", "only a header"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\x1f\x8brest", "no text file"),
        ("a@b.example".encode("utf-32"), "UTF-32"),
        (b"," * 300 + b"a@b.example", f"301 columns; at most {MOST_COLUMNS}"),
        (b'"Name,E-Mail\nAda,ada@example.com\n', "first line cannot be read: a quotation mark"),
        (b"x" * 20_000 + b"\nada@example.com\n", "longer than 10,000"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        upload(content)
    assert not ContactImport.objects.exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Cleo,nobody", "no usable address: the address has no @"),
        ("Cleo,", "there is no address in this row"),
        ("Cleo", "there is no address in this row"),
        ("Cleo,a\0@example.com", "NUL byte"),
        ("y" * 20_000, "longer than 10,000 characters"),
        ('"Cleo,cleo@example.com', "a quotation mark is opened and never closed"),
        ("Cleo,=HYPERLINK(1)", "no usable address"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_is_read(line: str, reason: str) -> None:
    more = "".join(f"P,p{number}@example.com\n" for number in range(30))
    table = look_through(f"Name,E-Mail\nAda,ada@example.com\n{line}\nBen,ben@example.com\n{more}")
    assert addresses()[:2] == BOTH
    [(number, fault)] = faults()
    assert (number, table.faulty, table.fresh) == (3, 1, 32)
    assert reason in fault


def test_a_cell_that_does_not_fit_is_left_out_and_named() -> None:
    table = look_through("mail,when,Points\nada@example.com,soon,12\n", ["email", "new:date", "new:number"])
    row = ImportRow.objects.get()
    assert (row.attributes, row.note) == ({"points": 12}, "when: write a date as 2026-11-28")
    assert (table.noted, table.faulty, table.fresh) == (1, 0, 1)


def test_records_stay_whole_where_a_part_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("preferences.importing.upload.PART_SIZE", 40)
    lines = "".join(f'"Line one of {number}\nand two",p{number}@example.com\n' for number in range(50))
    look_through(f"Name,E-Mail\n{lines}")
    assert ImportPart.objects.count() > 20
    assert (len(addresses()), faults()) == (50, [])
    assert list(ImportRow.objects.order_by("number").values_list("number", flat=True))[:3] == [2, 4, 6]


class _Endless(io.RawIOBase):
    """A table of so many bytes, never held."""

    def __init__(self, size: int) -> None:
        self.size, self.at = size, 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset
        return offset

    def read(self, size: int = -1) -> bytes:
        chunk = b"Ada,ada@example.com,x" + b"y" * 43 + b"\n"
        given = chunk * (min(size, self.size - self.at) // 65)
        self.at += len(given)
        return given


def test_memory_stays_flat() -> None:
    tracemalloc.start()
    store_table(cast(BinaryIO, _Endless(65 * 100_000)), name="many", by=None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6_000_000


class TestGuesses:
    def guesses(self, content: str) -> list[str]:
        return [one.guess for one in guess_columns(upload(content))]

    @pytest.mark.parametrize(
        "heads",
        [
            "E-Mail,First Name,Surname,Phone,Language",
            "E-Mail-Adresse,Vorname,Nachname,Telefon,Sprache",
            "Correo electrónico,Nombre,Apellidos,Móvil,Idioma",
        ],
    )
    def test_by_heading(self, heads: str) -> None:
        guesses = self.guesses(f"{heads}\nada@example.com,Ada,L,x,de\n")
        assert guesses == ["email", "first_name", "last_name", "phone", "locale"]

    def test_by_content(self) -> None:
        content = "Who,Where,Tel.,Points,Since\nQuentin,ada@example.com,+4915112345678,12,2026-01-01\n"
        assert self.guesses(content) == ["new:text", "email", "phone", "new:number", "new:date"]

    def test_a_slip_makes_no_text_of_numbers(self) -> None:
        rows = "".join(f"p{number}@example.com,{number}\n" for number in range(40))
        assert self.guesses(f"E-Mail,Points\n{rows}q@example.com,many\n") == ["email", "new:number"]

    def test_topics_and_empty_columns(self) -> None:
        topic = Topic.objects.create(key="offers", name="Weekly offers")
        assert self.guesses("mail,Weekly Offers,Empty\na@b.example,yes,\n") == ["email", f"topic:{topic.pk}", ""]

    def test_nothing_looks_like_an_address(self) -> None:
        assert self.guesses("a,b\n1,2\n") == ["new:number", "new:number"]
