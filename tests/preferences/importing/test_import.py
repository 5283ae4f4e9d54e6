"""What becomes of the people in a table: new, known, suppressed, erased, with wishes of their own?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from preferences.choices import choose
from preferences.erasing import erase_stored
from preferences.erasure import erase_contact
from preferences.importing import judging, life, running
from preferences.models import (
    Attribute,
    Choice,
    ConsentRecord,
    Contact,
    ContactImport,
    ContactList,
    ImportChange,
    ImportPart,
    ImportRow,
    ListMember,
    Suppression,
    Topic,
)
from preferences.portability import collect_personal_data
from preferences.suppression import suppress
from tests.people import make_contact
from tests.preferences.importing.tables import bring_in, look_through, upload, work

pytestmark = [pytest.mark.django_db, pytest.mark.req("C1")]

State = ContactImport.State
AGREED: dict[str, Any] = {"consent_source": "Fair in Oslo", "wording": "Yes, send me offers."}


@pytest.fixture
def offers(db: None) -> Topic:
    return Topic.objects.create(key="offers", name="Offers", is_default_on=False)


def person(address: str = "ada@example.com") -> Contact:
    return Contact.objects.get(address=address)


def test_new_people_come_with_all_that_is_known() -> None:
    table = bring_in(
        "E-Mail;Vorname;Nachname;Telefon;Sprache;Zeitzone;Points\n"
        "Ada@Example.com;Ada;Lovelace;+44 7700 900777;de_at;Europe/Vienna;1.234,5\n"
    )
    ada = person()
    assert (ada.email, ada.name, ada.phone) == ("Ada@Example.com", "Ada Lovelace", "+447700900777")
    assert (ada.locale, ada.time_zone, ada.attributes) == ("de-AT", "Europe/Vienna", {"points": 1234.5})
    assert (Attribute.objects.get().key, Attribute.objects.get().kind) == ("points", "number")
    assert (table.state, table.added, table.changed) == (State.DONE, 1, 0)
    assert (ImportRow.objects.count(), ImportPart.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ("fill", ("Ada", "L", {"city": "Oslo", "plan": "pro"})),
        ("overwrite", ("Augusta", "L", {"city": "Bergen", "plan": "pro"})),
        ("leave", ("Ada", "", {"city": "Oslo", "plan": ""})),
    ],
)
def test_known_people_are_filled_overwritten_or_left(known: str, expected: tuple[Any, ...]) -> None:
    make_contact("ada@example.com", first_name="Ada", attributes={"city": "Oslo", "plan": ""})
    content = "email,first name,last name,city,plan\nADA@example.com,Augusta,L,Bergen,pro\n"
    table = bring_in(content, ["email", "first_name", "last_name", "new:text", "new:text"], known=known)
    ada = person()
    assert (ada.first_name, ada.last_name, ada.attributes) == expected
    assert (table.added, table.changed) == (0, int(known != "leave"))


def test_an_empty_cell_clears_nothing() -> None:
    make_contact("ada@example.com", first_name="Ada")
    bring_in("email,first name\nada@example.com,\n", known="overwrite")
    assert person().first_name == "Ada"


def test_the_preview_says_what_comes_of_it() -> None:
    make_contact("ada@example.com", first_name="Ada")
    make_contact("cleo@example.com", first_name="Cleo")
    table = look_through(
        "email,first name\nada@example.com,Augusta\nben@example.com,Ben\ncleo@example.com,Cleo\nben@example.com,Bea\n",
        known="overwrite",
    )
    assert (table.fresh, table.differing, table.same, table.repeated) == (1, 1, 1, 1)
    shown = [(one.number, one.outcome, one.differences) for one in judging.preview(table)]
    assert shown == [
        (2, "changed", (("First name", "Ada", "Augusta"),)), (4, "same", ()), (5, "new", (("First name", "", "Bea"),)),
    ]  # fmt: skip
    assert Contact.objects.count() == 2


def test_the_last_row_of_an_address_counts() -> None:
    bring_in("email,first name\nada@example.com,A\nADA@EXAMPLE.com,B\n")
    assert person().first_name == "B"


def test_the_erased_stay_away_and_the_suppressed_suppressed() -> None:
    ada = make_contact("ada@example.com")
    suppress(make_contact("ben@example.com"), reason=Suppression.Reason.COMPLAINT, scope=Suppression.Scope.MARKETING)
    erase_contact(ada, source="test")
    table = bring_in("email\nada@example.com\nben@example.com\ncleo@example.com\n")
    assert (table.erased, table.suppressed, table.added) == (1, 1, 1)
    assert not Contact.objects.filter(address="ada@example.com").exists()
    assert Suppression.objects.filter(lifted_at=None).count() == 2


def test_somebody_erased_after_the_look_does_not_come_back() -> None:
    ada = make_contact("ada@example.com")
    table = look_through("email,first name\nada@example.com,Ada\n")
    erase_contact(ada, source="test")
    life.start(table.pk, by=None, at=timezone.now())
    work(table)
    assert list(Contact.objects.values_list("address", "first_name")) == [(None, "")]


def test_people_are_put_on_a_list_once() -> None:
    bring_in("email\nada@example.com\nada@example.com\nben@example.com\n", to_list="Fair")
    table = bring_in("email\nada@example.com\ncleo@example.com\n", to_list=ContactList.objects.get())
    assert (ListMember.objects.count(), table.listed) == (3, 1)


class TestTopics:
    def test_consent_is_kept_with_its_words(self, offers: Topic) -> None:
        table = bring_in("email\nada@example.com\n", topics=[offers], **AGREED)
        entry = ConsentRecord.objects.get()
        assert (entry.action, entry.source, entry.topic) == ("granted", table.source, offers)
        assert entry.wording is not None
        assert entry.wording.text == "Yes, send me offers."
        assert person().choices.get().frequency == "immediate"
        assert (table.subscribed, table.consent_source) == (1, "Fair in Oslo")

    def test_a_column_says_who(self, offers: Topic) -> None:
        content = "email,offers\nada@example.com,yes\nben@example.com,no\ncleo@example.com,\n"
        table = bring_in(content, ["email", f"topic:{offers.pk}"], **AGREED)
        assert dict(Choice.objects.values_list("contact__address", "frequency")) == {
            "ada@example.com": "immediate", "ben@example.com": "never",
        }  # fmt: skip
        assert (table.subscribed, table.refused) == (1, 1)

    @pytest.mark.parametrize("about", ["topic", "everything"])
    def test_what_a_person_chose_stays(self, offers: Topic, ada: Contact, about: str) -> None:
        choose(ada, Choice.Frequency.NEVER, topic=offers if about == "topic" else None, source="preference page")
        table = bring_in("email\nada@example.com\n", topics=[offers], **AGREED)
        assert (ada.choices.get().frequency, table.subscribed) == ("never", 0)

    def test_a_weekly_wish_stays_weekly(self, offers: Topic, ada: Contact) -> None:
        choose(ada, Choice.Frequency.WEEKLY, topic=offers, source="preference page")
        bring_in("email\nada@example.com\n", topics=[offers], **AGREED)
        assert ada.choices.get().frequency == "weekly"


class TestWorkers:
    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(life, "SLICE", 10)
        monkeypatch.setattr("preferences.importing.upload.PART_SIZE", 400)

    CONTENT = "email,first name\n" + "".join(f"p{number}@example.com,P{number}\n" for number in range(95))

    def test_one_that_is_killed_loses_and_doubles_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        table = look_through(self.CONTENT, to_list="All")
        life.start(table.pk, by=None, at=timezone.now())
        life.work_on_imports(at=timezone.now(), seconds=60, most=3)
        whole = running.bring_in

        def die(*args: Any, **given: Any) -> None:
            whole(*args, **given)
            raise KeyboardInterrupt

        monkeypatch.setattr(running, "bring_in", die)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            life.work_on_imports(at=timezone.now(), seconds=60)
        monkeypatch.setattr(running, "bring_in", whole)
        table = work(table)
        assert (table.state, table.added, table.listed) == (State.DONE, 95, 95)
        assert Contact.objects.count() == ImportChange.objects.count() == 95

    def test_it_stops_and_goes_on(self) -> None:
        table = look_through(self.CONTENT)
        life.start(table.pk, by=None, at=timezone.now())
        life.work_on_imports(at=timezone.now(), seconds=60, most=2)
        assert life.stop(table.pk)
        assert work(table).added == Contact.objects.count() < 95
        assert life.start(table.pk, by=None, at=timezone.now())
        assert work(table).added == 95

    def test_who_presses_twice_loses_nothing(self) -> None:
        table = upload(self.CONTENT)
        assert life.set_columns(table, ["email", "first_name"], known="fill")
        life.work_on_imports(at=timezone.now(), seconds=60, most=2)
        assert not life.set_columns(table, ["email", "first_name"], known="fill")
        assert work(table).fresh == 95

    def test_looking_through_is_stopped_and_begun_again(self) -> None:
        table = upload(self.CONTENT)
        life.set_columns(table, ["email", "first_name"], known="fill")
        life.work_on_imports(at=timezone.now(), seconds=60, most=2)
        assert life.stop(table.pk)
        life.set_columns(table, ["email", ""], known="fill")
        assert (work(table).state, table.fresh, table.rows_read) == (State.READY, 95, 95)
        assert set(map(str, ImportRow.objects.values_list("columns", flat=True))) == {"{}"}


class TestTraces:
    def test_what_waits_is_erased_with_the_person(self, ada: Contact) -> None:
        look_through("email,city\nAda@example.com,Oslo\nben@example.com,Oslo\nx ada@example.com,\n", known="leave")
        upload("email\nada@EXAMPLE.com\nben@example.com\n")
        erase_contact(ada, source="test")
        erase_stored(ada.pk)
        texts = " ".join(ImportPart.objects.values_list("text", flat=True)) + str(list(ImportRow.objects.values()))
        assert "ada@" not in texts.lower()
        assert texts.count("ben@example.com") >= 3

    def test_what_was_changed_is_in_the_persons_file_and_goes_with_them(self, ada: Contact) -> None:
        bring_in("email,first name\nada@example.com,Augusta\n", known="overwrite", to_list="Fair")
        data = collect_personal_data(person())
        assert data["imports"][0]["before"]["columns"] == {"first_name": "Ada"}
        assert data["lists"][0]["list__name"] == "Fair"
        erase_contact(ada, source="test")
        erase_stored(ada.pk)
        assert not ImportChange.objects.exists()
        assert not ListMember.objects.exists()

    def test_nothing_waits_for_ever(self) -> None:
        look_through("email\nada@example.com\n")
        done = bring_in("email,when\nben@example.com,soon\nnobody,\n", ["email", "new:date"])
        later = timezone.now() + timedelta(days=2)
        life.forget_imports(at=later)
        assert list(ContactImport.objects.values_list("pk", flat=True)) == [done.pk]
        assert (ImportRow.objects.count(), ImportChange.objects.count()) == (2, 1)
        life.forget_imports(at=later + timedelta(days=30))
        assert (ImportRow.objects.count(), ImportChange.objects.count()) == (0, 0)
