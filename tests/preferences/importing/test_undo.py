"""Does taking an import back leave things as they were, but for what happened since?"""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from preferences.choices import choose
from preferences.importing import life, undoing
from preferences.importing.undoing import Plan, plan_undo
from preferences.models import Choice, ConsentRecord, Contact, ContactImport, ImportChange, ImportRow, ListMember, Topic
from tests.people import make_contact
from tests.preferences.importing.tables import bring_in, look_through, take_back, work
from tracking.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.req("C1")]


def test_former_values_are_restored() -> None:
    make_contact("ada@example.com", first_name="Ada", attributes={"city": "Oslo", "other": 1})
    content = "email,first name,last name,city,plan\nada@example.com,Augusta,L,Bergen,pro\n"
    targets = ["email", "first_name", "last_name", "new:text", "new:text"]
    table = bring_in(content, targets, known="overwrite")
    assert plan_undo(table) == Plan(removed=0, kept=0, restored=1)
    table = take_back(table)
    ada = Contact.objects.get()
    assert (ada.first_name, ada.last_name, ada.attributes) == ("Ada", "", {"city": "Oslo", "other": 1})
    assert (table.state, table.restored, ImportChange.objects.count()) == (ContactImport.State.UNDONE, 1, 0)


def test_what_was_changed_since_stays() -> None:
    make_contact("ada@example.com", first_name="Ada", attributes={"city": "Oslo", "plan": "free"})
    targets = ["email", "first_name", "new:text", "new:text"]
    table = bring_in("email,name,city,plan\nada@example.com,Augusta,Bergen,pro\n", targets, known="overwrite")
    Contact.objects.update(first_name="Countess", attributes={"city": "Rome", "plan": "pro"})
    take_back(table)
    ada = Contact.objects.get()
    assert (ada.first_name, ada.attributes) == ("Countess", {"city": "Rome", "plan": "free"})


def test_newcomers_go_unless_something_happened_to_them() -> None:
    table = bring_in("email\nada@example.com\nben@example.com\ncleo@example.com\n", to_list="Fair")
    ada, ben, _cleo = Contact.objects.order_by("address")
    Event.objects.create(id="01890000-0000-7000-8000-000000000001", name="order.placed", contact=ada, payload={},
                         stream="transactional")  # fmt: skip
    Contact.objects.filter(pk=ben.pk).update(user=User.objects.create_user("ben"))
    assert plan_undo(table) == Plan(removed=1, kept=2, restored=0)
    table = take_back(table)
    assert list(Contact.objects.order_by("address").values_list("address", flat=True)) == [ada.address, ben.address]
    assert (table.removed, ListMember.objects.count()) == (1, 0)


def test_a_later_import_or_list_keeps_a_newcomer() -> None:
    first = bring_in("email\nada@example.com\nben@example.com\n")
    bring_in("email\nada@example.com\n", to_list="Fair")
    take_back(first)
    assert Contact.objects.get().address == "ada@example.com"


def test_of_very_many_only_the_first_are_looked_at_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "PLANNED", 2)
    table = bring_in("email\nada@example.com\nben@example.com\ncleo@example.com\n")
    assert plan_undo(table) == Plan(removed=2, kept=0, restored=0, is_partial=True)
    assert take_back(table).removed == 3


def test_its_progress_is_counted_once_and_a_stopped_one_forgets_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, number in (("SLICE", 2), ("UNDO_SLICE", 1), ("ROWS_DROPPED", 1)):
        monkeypatch.setattr(life, name, number)
    table = look_through("email\n" + "".join(f"p{number}@example.com\n" for number in range(5)))
    life.start(table.pk, by=None, at=timezone.now())
    life.work_on_imports(at=timezone.now(), most=1)
    life.stop(table.pk)
    assert (Contact.objects.count(), ImportRow.objects.count()) == (1, 4)
    assert life.undo(table.pk, by=None, at=timezone.now())
    life.work_on_imports(at=timezone.now(), most=1)
    table.refresh_from_db()
    assert (table.undone, table.to_undo, table.state) == (1, 1, ContactImport.State.UNDOING)
    table = work(table)
    assert (table.state, Contact.objects.count(), ImportRow.objects.count()) == (ContactImport.State.UNDONE, 0, 0)


class TestTopics:
    @pytest.fixture
    def table(self, ada: Contact) -> ContactImport:
        topic = Topic.objects.create(key="offers", name="Offers")
        return bring_in(
            "email\nada@example.com\nben@example.com\n", topics=[topic], consent_source="Fair", wording="Yes."
        )

    def test_the_ledger_forgets_nothing(self, ada: Contact, table: ContactImport) -> None:
        take_back(table)
        assert not Choice.objects.exists()
        assert list(ConsentRecord.objects.order_by("pk").values_list("action", flat=True)) == [
            "granted", "granted", "withdrawn", "withdrawn",
        ]  # fmt: skip
        assert list(Contact.objects.exclude(address=None).values_list("address", flat=True)) == ["ada@example.com"]
        [shell] = Contact.objects.filter(address=None)
        assert (shell.email, shell.first_name, shell.attributes) == ("", "", {})

    def test_who_was_removed_may_come_again(self, table: ContactImport) -> None:
        take_back(table)
        assert bring_in("email\nben@example.com\n").added == 1

    def test_a_wish_of_their_own_keeps_a_newcomer(self, table: ContactImport) -> None:
        ben = Contact.objects.get(address="ben@example.com")
        choose(ben, Choice.Frequency.WEEKLY, topic=Topic.objects.get(key="offers"), source="preference page")
        take_back(table)
        assert ben.choices.get().frequency == "weekly"
