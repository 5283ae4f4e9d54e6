"""Does staff lift suppressions with a reason only, and bring lists in and out?"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from preferences.erasure import erase_contact
from preferences.models import Contact, Suppression, SuppressionList
from preferences.suppression import suppress
from preferences.suppression_export import COLUMNS

pytestmark = pytest.mark.django_db

Reason, Scope = Suppression.Reason, Suppression.Scope
LIST = "/preferences/suppression/"
IMPORT = "/suppressions/import/"


def lift(client: Client, *rows: Suppression, **fields: str) -> str:
    given = {"action": "lift", "_selected_action": [row.pk for row in rows], **fields}
    return client.post(LIST, given, follow=True).content.decode()


def upload(client: Client, content: str | bytes, **fields: Any) -> Any:
    raw = content if isinstance(content, bytes) else content.encode()
    given = {"file": SimpleUploadedFile("old.csv", raw), "scope": "all", "note": "the old system", **fields}
    return client.post(IMPORT, given, follow=True)


class TestLifting:
    def test_it_asks_why(self, boss: Client, ada: Contact) -> None:
        suppress(ada, reason=Reason.HARD_BOUNCE, scope=Scope.ALL)
        row = Suppression.objects.get()
        assert "Allow mail to this address again?" in lift(boss, row)
        assert "This field is required" in lift(boss, row, confirmed="1")
        assert "Leave addresses out" in lift(boss, row, confirmed="1", note="ben@example.com said so")
        row.refresh_from_db()
        assert row.lifted_at is None

    def test_the_reason_is_kept_with_who_gave_it(self, boss: Client, ada: Contact) -> None:
        suppress(ada, reason=Reason.HARD_BOUNCE, scope=Scope.ALL)
        row = Suppression.objects.get()
        assert "1 suppression lifted" in lift(boss, row, confirmed="1", note="New mailbox, asked by phone")
        row.refresh_from_db()
        assert row.lifted_at is not None
        assert row.lift_note == "New mailbox, asked by phone"
        page = boss.get(f"{LIST}{row.pk}/change/").content.decode()
        assert "New mailbox, asked by phone" in page
        assert "boss" in page

    def test_a_complaint_takes_a_tick_of_its_own(self, boss: Client, ada: Contact) -> None:
        suppress(ada, reason=Reason.COMPLAINT, scope=Scope.MARKETING)
        row = Suppression.objects.get()
        assert "Tick this, or leave the complaints out" in lift(boss, row, confirmed="1", note="asked again")
        row.refresh_from_db()
        assert row.lifted_at is None
        lift(boss, row, confirmed="1", note="asked again", is_sure="on")
        row.refresh_from_db()
        assert row.lifted_at is not None

    @pytest.mark.django_db(transaction=True)
    def test_an_erasure_is_not_lifted(self, boss: Client, ada: Contact) -> None:
        erase_contact(ada, source="test")
        row = Suppression.objects.get(reason=Reason.ERASED)
        assert "An erasure is not lifted" in lift(boss, row, confirmed="1", note="please", is_sure="on")
        row.refresh_from_db()
        assert row.lifted_at is None

    @pytest.mark.django_db(transaction=True)
    def test_an_erased_address_is_not_added_by_hand(self, boss: Client, ada: Contact) -> None:
        erase_contact(ada, source="test")
        given = {"address": "ada@example.com", "scope": "marketing", "detail": ""}
        page = boss.post(f"{LIST}add/", given, follow=True).content.decode()
        assert "stays suppressed for good" in page
        assert not Contact.objects.filter(address="ada@example.com").exists()

    def test_who_adds_one_is_kept(self, boss: Client) -> None:
        boss.post(f"{LIST}add/", {"address": "zoe@example.com", "scope": "all", "detail": "by phone"})
        assert Suppression.objects.get().created_by is not None


class TestImporting:
    def test_it_says_what_it_found_and_waits(self, boss: Client, ada: Contact) -> None:
        page = upload(boss, "email;name\nada@example.com;Ada\nnobody;x\n").content.decode()
        assert "Suppress 1 new address?" in page
        assert "the address has no @" in page
        assert not Suppression.objects.exists()

    def test_pressing_does_it(self, boss: Client, ada: Contact) -> None:
        upload(boss, "ada@example.com\nzoe@example.com\n", scope="marketing")
        one = SuppressionList.objects.get()
        page = boss.post(f"/suppressions/lists/{one.pk}/act/", {"act": "start"}, follow=True).content.decode()
        assert "Done" in page
        assert set(Suppression.objects.values_list("scope", "reason", "detail")) == {
            ("marketing", "import", "the old system")
        }
        assert Suppression.objects.count() == 2

    def test_it_can_be_taken_back_with_a_reason(self, boss: Client, ada: Contact) -> None:
        upload(boss, "ada@example.com\n")
        act = f"/suppressions/lists/{SuppressionList.objects.get().pk}/act/"
        boss.post(act, {"act": "start"})
        assert "This field is required" in boss.post(act, {"act": "lift"}, follow=True).content.decode()
        boss.post(act, {"act": "lift", "note": "wrong list"})
        assert Suppression.objects.get().lift_note == "wrong list"

    def test_it_can_be_forgotten(self, boss: Client) -> None:
        upload(boss, "ada@example.com\n")
        boss.post(f"/suppressions/lists/{SuppressionList.objects.get().pk}/act/", {"act": "drop"})
        assert not SuppressionList.objects.exists()

    @pytest.mark.parametrize(
        ("content", "words"),
        [(b"", "The file is empty"), (b"PK\x03\x04", "Excel workbook"), (b"email\n", "only a header")],
    )
    def test_a_bad_file_is_explained(self, boss: Client, content: bytes, words: str) -> None:
        assert words in upload(boss, content).content.decode()
        assert not SuppressionList.objects.exists()

    def test_a_note_is_asked_for(self, boss: Client) -> None:
        assert "This field is required" in upload(boss, "ada@example.com\n", note="").content.decode()

    def test_faulty_lines_can_be_taken_along(self, boss: Client) -> None:
        upload(boss, "ada@example.com\n=1+1\n")
        answer = boss.get(f"/suppressions/lists/{SuppressionList.objects.get().pk}/faults.csv")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        [_header, row] = csv.reader(io.StringIO(text))
        assert row == ["2", "the address has no @ between a name and a domain", "'=1+1"]

    def test_support_may_look_but_not_import(self, somebody: Callable[..., Client]) -> None:
        support = somebody("support")
        assert support.get(LIST).status_code == 200
        assert support.get(IMPORT).status_code == 403
        assert somebody("marketer").get(IMPORT).status_code == 200


class TestExporting:
    def export(self, client: Client, query: str = "") -> list[dict[str, str]]:
        answer = client.get(f"/suppressions/export.csv{query}")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        rows = list(csv.DictReader(io.StringIO(text)))
        assert not rows or tuple(rows[0]) == COLUMNS
        return rows

    def test_formulas_are_defused(self, boss: Client) -> None:
        suppress("=cmd@example.com", reason=Reason.MANUAL, scope=Scope.ALL, detail="-2+3")
        [row] = self.export(boss)
        assert (row["address"], row["detail"]) == ("'=cmd@example.com", "'-2+3")

    def test_what_was_lifted_is_there_on_request(self, boss: Client, ada: Contact) -> None:
        suppress(ada, reason=Reason.MANUAL, scope=Scope.ALL)
        lift(boss, Suppression.objects.get(), confirmed="1", note="asked")
        assert self.export(boss) == []
        assert self.export(boss, "?all")[0]["lift_note"] == "asked"

    @pytest.mark.django_db(transaction=True)
    def test_the_erased_stand_there_by_their_digest(self, boss: Client, ada: Contact) -> None:
        digest = bytes(ada.address_digest).hex()
        erase_contact(ada, source="test")
        [row] = self.export(boss)
        assert (row["address"], row["erased_digest"], row["reason"]) == ("", digest, "erased")

    def test_an_export_can_be_imported(self, boss: Client) -> None:
        suppress("+zoe@example.com", reason=Reason.MANUAL, scope=Scope.ALL)
        text = b"".join(boss.get("/suppressions/export.csv").streaming_content)  # type: ignore[attr-defined]
        upload(boss, text)
        one = SuppressionList.objects.get()
        assert (one.lines, one.faulty, one.known) == (1, 0, 1)
