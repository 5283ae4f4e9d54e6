"""Is a list of addresses read whatever its form, each line accounted for, and suppressed as a whole?"""

from __future__ import annotations

import io
import tracemalloc

import pytest
from django.utils import timezone

from preferences import suppression_lists
from preferences.erasure import erase_contact
from preferences.list_reading import AddressFile, BadFile, Found
from preferences.models import Contact, Suppression, SuppressionLine, SuppressionList
from preferences.suppression import suppress

Scope, Reason, State = Suppression.Scope, Suppression.Reason, SuppressionList.State


def read(content: str | bytes, encoding: str = "utf-8") -> list[Found]:
    raw = content if isinstance(content, bytes) else content.encode(encoding)
    return list(AddressFile(io.BytesIO(raw)).read())


def addresses(content: str | bytes, encoding: str = "utf-8") -> list[str]:
    return [one.address for one in read(content, encoding)]


def faults(content: str | bytes) -> list[tuple[int, str]]:
    return [(one.number, one.fault) for one in read(content) if one.fault]


BOTH = ["ada@example.com", "ben@example.com"]


@pytest.mark.parametrize(
    "content",
    [
        "ada@example.com\nben@example.com\n",
        "ada@example.com\r\nben@example.com",
        "ada@example.com\rben@example.com\r",
        "\n\nada@example.com\n\n\nBen@Example.COM\n\n",
        "email\nada@example.com\nben@example.com\n",
        "Name,E-Mail,Note\nAda,ada@example.com,x\nBen,ben@example.com,y\n",
        "Name;E-Mail-Adresse\nAda;ada@example.com\nBen;ben@example.com\n",
        "Name\tEmail\nAda\tada@example.com\nBen\tben@example.com\n",
        "sep=;\nName;Email\nAda;ada@example.com\nBen;ben@example.com\n",
        'Name,Email\n"Lovelace, Ada",ada@example.com\n"Ben ""B"" B","ben@example.com"\n',
        'Name,Email\n"Ada\nLovelace",ada@example.com\nBen,ben@example.com\n',
        "Ada,ada@example.com\nBen,ben@example.com\n",
        "Kunde,Wer\nAda,ada@example.com\nBen,ben@example.com\n",
        "Ada Lovelace <ada@example.com>\nmailto:ben@example.com\n",
        '"ada@example.com"\n"ben@example.com"\n',
        'a,email\nx,"=""ada@example.com"""\ny,ben@example.com\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_any_form_is_read(content: str, encoding: str) -> None:
    assert addresses(content, encoding) == BOTH


def test_latin_letters_and_international_domains_are_read() -> None:
    assert read("ada@bücher.example\n", "latin-1")[0].address == "ada@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nobody", "the address has no @"),
        ("a b@example.com", "not of the form"),
        ("ada@localhost@", "no @ between"),
        ("x" * 65 + "@example.com", "longer than mail allows"),
        ("ada\0@example.com", "NUL byte"),
        ("y" * 20_000, "longer than 10,000 characters"),
        ("z@example.com," * 2_000, "longer than 10,000 characters"),
        ('=HYPERLINK("mailto:ada@example.com")', "a formula"),
        ("=cmd|'/c calc'!A1 (x) @example.com", "a formula"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_is_read(line: str, reason: str) -> None:
    found = read(f"ada@example.com\n{line}\nben@example.com\n")
    assert [one.address for one in found if not one.fault] == BOTH
    [(number, fault)] = [(one.number, one.fault) for one in found if one.fault]
    assert number == 2
    assert reason in fault


def test_an_open_quotation_mark_swallows_nothing() -> None:
    lines = ["Name,Email", '"Ada,ada@example.com', *(f"P{n},p{n}@example.com" for n in range(40))]
    found = read("\n".join(lines))
    assert [one.number for one in found if one.fault] == [2]
    assert [one.address for one in found if not one.fault] == [f"p{n}@example.com" for n in range(40)]


def test_an_empty_cell_is_named() -> None:
    assert faults("Name,Email\nAda,\nBen,ben@example.com\nCleo\n") == [
        (2, "there is nothing in column 2"), (4, "there is nothing in column 2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"%PDF-1.7", "no text file"),
        ("a@b.example".encode("utf-32"), "UTF-32"),
    ],
)
def test_what_is_no_list_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        read(content)


class _Endless(io.RawIOBase):
    """So many bytes of one kind, never held."""

    def __init__(self, size: int, pattern: bytes) -> None:
        self.size, self.at, self.pattern = size, 0, pattern

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset
        return offset

    def read(self, size: int = -1) -> bytes:
        length = min(size if size >= 0 else self.size, self.size - self.at)
        self.at += length
        return (self.pattern * (length // len(self.pattern) + 1))[:length]


@pytest.mark.parametrize("pattern", [b"x", b'"', b"a@b.example,", b"\xff\xfe", b"\0"], ids=str)
def test_one_line_of_a_hundred_megabytes_needs_no_memory(pattern: bytes) -> None:
    tracemalloc.start()
    found = list(AddressFile(_Endless(100 * 1024 * 1024, pattern)).read())  # type: ignore[arg-type]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found) <= 1
    assert peak < 12 * 1024 * 1024


def take(content: str, *, scope: Suppression.Scope = Scope.ALL, note: str = "old system") -> SuppressionList:
    file = AddressFile(io.BytesIO(content.encode()))
    return suppression_lists.read_list(file, name="list.csv", scope=scope, note=note, by=7)


def finish(one: SuppressionList) -> SuppressionList:
    while suppression_lists.work_on_lists(at=timezone.now()):
        pass
    one.refresh_from_db()
    return one


@pytest.mark.django_db
class TestDoing:
    def test_reading_suppresses_nothing(self, ada: Contact) -> None:
        suppress("ben@example.com", reason=Reason.MANUAL, scope=Scope.ALL)
        found = take("ada@example.com\nBen@example.com\nADA@example.com\nnobody\n")
        assert (found.lines, found.fresh, found.known, found.repeated, found.faulty) == (4, 1, 1, 1, 1)
        assert finish(found).state == State.READ
        assert Suppression.objects.count() == 1

    def test_pressing_suppresses_old_and_new_people(self, ada: Contact) -> None:
        found = take("ada@example.com\nZoe@example.com\n", scope=Scope.MARKETING)
        assert suppression_lists.start(found.pk, at=timezone.now())
        assert finish(found).state == State.DONE
        assert found.added == 2
        zoe = Contact.objects.get(address="zoe@example.com")
        assert zoe.email == "Zoe@example.com"
        made = Suppression.objects.get(contact=zoe)
        assert (made.scope, made.reason, made.detail, made.created_by) == ("marketing", "import", "old system", 7)
        assert bytes(made.address_digest) == bytes(zoe.address_digest)

    def test_what_stands_stays_and_twice_is_once(self, ada: Contact) -> None:
        suppress(ada, reason=Reason.COMPLAINT, scope=Scope.ALL)
        for _ in range(2):
            found = take("ada@example.com\nben@example.com\n")
            suppression_lists.start(found.pk, at=timezone.now())
            finish(found)
        assert sorted(Suppression.objects.values_list("reason", flat=True)) == ["complaint", "import"]

    @pytest.mark.django_db(transaction=True)
    def test_the_erased_stay_erased(self) -> None:
        suppress("gone@example.com", reason=Reason.MANUAL, scope=Scope.MARKETING)
        erase_contact(Contact.objects.get(), source="test")
        found = take("gone@example.com\n", scope=Scope.MARKETING)
        assert (found.fresh, found.known) == (0, 1)
        suppression_lists.start(found.pk, at=timezone.now())
        finish(found)
        assert not Contact.objects.filter(address="gone@example.com").exists()
        assert Suppression.objects.filter(reason="erased", lifted_at=None).count() == 1

    def test_it_goes_slice_by_slice_and_can_be_stopped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(suppression_lists, "SLICE", 10)
        found = take("".join(f"p{number}@example.com\n" for number in range(35)))
        suppression_lists.start(found.pk, at=timezone.now())
        suppression_lists._do_slice(found.pk, at=timezone.now())
        assert suppression_lists.stop(found.pk)
        assert finish(found).added == 10
        assert Suppression.objects.count() == 10
        assert suppression_lists.start(found.pk, at=timezone.now())
        assert finish(found).added == 35
        assert not SuppressionLine.objects.exists()

    def test_a_list_is_lifted_as_a_whole(self, monkeypatch: pytest.MonkeyPatch, ada: Contact) -> None:
        monkeypatch.setattr(suppression_lists, "SLICE", 2)
        suppress(ada, reason=Reason.COMPLAINT, scope=Scope.ALL)
        found = take("ada@example.com\n" + "".join(f"p{number}@example.com\n" for number in range(5)))
        suppression_lists.start(found.pk, at=timezone.now())
        finish(found)
        assert suppression_lists.lift_list(found.pk, note="wrong list", by=8, at=timezone.now())
        assert (finish(found).state, found.lifted) == (State.LIFTED, 5)
        assert Suppression.objects.filter(lifted_at=None).get().reason == "complaint"
        lifted = Suppression.objects.exclude(lifted_at=None).values_list("lift_note", "lifted_by").distinct()
        assert list(lifted) == [("wrong list", 8)]

    def test_an_empty_or_headless_list_leaves_nothing(self) -> None:
        with pytest.raises(BadFile, match="only a header"):
            take("email\n")
        assert not SuppressionList.objects.exists()

    def test_what_nobody_decided_on_is_forgotten(self) -> None:
        found = take("ada@example.com\n")
        suppression_lists.forget_lists(at=found.created_at + suppression_lists.UNDECIDED_FOR * 2)
        assert not SuppressionLine.objects.exists()
