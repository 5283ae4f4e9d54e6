"""What is left in a contact's rows when the person is erased, and in which steps does the rest go?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from config import clock
from preferences import holdings
from preferences.choices import choose
from preferences.consent import Action, record_consent
from preferences.eligibility import Ask, may_send
from preferences.erasing import erase_due, erase_stored
from preferences.erasure import KEPT, SHELL, erase_contact
from preferences.facts import facts_of
from preferences.histories import erase_names
from preferences.holdings import Holding, Traces, register_holding
from preferences.models import Choice, ConsentRecord, Contact, Erasure, Suppression
from preferences.numbers import digest_number
from preferences.signals import contact_erased
from preferences.suppression import suppress

pytestmark = [pytest.mark.django_db, pytest.mark.req("P4")]

TWO_MINUTES, AN_HOUR = timedelta(minutes=2), timedelta(hours=1)


@pytest.fixture
def kept() -> Any:
    """Whatever is registered by a test is forgotten after it."""
    before = dict(holdings._holdings)
    yield
    holdings._holdings.clear()
    holdings._holdings.update(before)


def noting(asked: list[Traces]) -> Callable[[Traces, int], int]:
    """Erases nothing, and notes that it was asked."""

    def note(traces: Traces, limit: int) -> int:
        asked.append(traces)
        return 0

    return note


def erase(contact: Contact) -> Contact:
    assert erase_contact(contact, source="test")
    contact.refresh_from_db()
    return contact


def test_every_column_of_a_contact_is_kept_or_emptied_on_purpose() -> None:
    assert {field.name for field in Contact._meta.concrete_fields} == {*SHELL, *KEPT}


def test_the_row_says_nothing_any_more(ada: Contact) -> None:
    User.objects.create_user("ada")
    Contact.objects.update(phone="+447700900001", attributes={"a": 1}, engagement_points=3, user=User.objects.get())
    erase(ada)
    assert {name: getattr(ada, name) for name in SHELL} == SHELL
    assert ada.erased_at is not None
    assert str(ada) == f"erased contact {ada.pk}"


def test_address_and_number_are_suppressed_by_their_digests(ada: Contact) -> None:
    Contact.objects.update(phone="+447700900001")
    erase(ada)
    found = set(Suppression.objects.values_list("scope", "reason"))
    assert found == {("all", "erased"), ("sms", "erased")}
    assert bytes(Suppression.objects.get(scope="sms").address_digest) == digest_number("+447700900001")


def test_an_older_suppression_gives_way(ada: Contact) -> None:
    suppress(ada, reason=Suppression.Reason.HARD_BOUNCE, scope=Suppression.Scope.ALL, detail="Ada is away")
    erase(ada)
    assert Suppression.objects.get(lifted_at=None).reason == "erased"
    assert set(Suppression.objects.values_list("detail", flat=True)) == {""}


def test_the_rules_say_why(ada: Contact) -> None:
    erase(ada)
    assert may_send(facts_of(ada), Ask(stream="critical"), at=clock.now()).reason == "erased"


def test_wishes_go_and_the_ledger_stays_without_the_network(ada: Contact) -> None:
    choose(ada, Choice.Frequency.NEVER, source="test")
    record_consent(ada, Action.GRANTED, source="form:news", ip="203.0.113.9")
    erase(ada)
    assert not Choice.objects.exists()
    assert set(ConsentRecord.objects.values_list("source", "ip")) == {("test", None), ("form:news", None)}


def test_a_second_time_nothing_happens(ada: Contact) -> None:
    erase(ada)
    at = ada.erased_at
    assert not erase_contact(ada, source="again")
    ada.refresh_from_db()
    assert (ada.erased_at, Erasure.objects.get().source) == (at, "test")


def test_listeners_are_told_whose_data_to_erase(ada: Contact) -> None:
    heard: list[tuple[str, str]] = []

    def listen(sender: Any, *, contact: Contact, address: str, source: str, **_: Any) -> None:
        heard.append((contact.email, address))

    contact_erased.connect(listen)
    try:
        erase(ada)
    finally:
        contact_erased.disconnect(listen)
    assert heard == [("", "ada@example.com")]


def test_a_listener_that_fails_undoes_it_all(ada: Contact) -> None:
    def fail(sender: Any, **_: Any) -> None:
        raise RuntimeError

    contact_erased.connect(fail)
    try:
        with pytest.raises(RuntimeError), transaction.atomic():
            erase_contact(ada, source="test")
    finally:
        contact_erased.disconnect(fail)
    ada.refresh_from_db()
    assert ada.email == "ada@example.com"


@pytest.mark.usefixtures("kept")
def test_it_is_finished_when_nobody_can_have_anything_in_hand(ada: Contact) -> None:
    asked: list[Traces] = []
    register_holding(Holding(name="tests", erase=noting(asked)))
    erase(ada)
    assert erase_due() == 0
    assert asked[0].texts == ("ada@example.com",)
    with clock.shifted(TWO_MINUTES):
        assert not erase_stored(ada.pk)
        assert erase_due() == 0
    with clock.shifted(AN_HOUR):
        assert erase_due() == 1
        assert erase_due() == 0
    row = Erasure.objects.get()
    assert (row.sealed_traces, row.due_at, len(asked)) == (None, None, 3)


@pytest.mark.usefixtures("kept")
def test_what_is_large_goes_in_batches(ada: Contact) -> None:
    rows = [5] * 9
    register_holding(Holding(name="tests", erase=lambda traces, limit: rows.pop() if rows else 0))
    erase(ada)
    erase_stored(ada.pk, most=2)
    assert len(rows) == 7
    with clock.shifted(AN_HOUR):
        assert not erase_stored(ada.pk, most=2)
        assert erase_stored(ada.pk, most=50)


@pytest.mark.usefixtures("kept")
def test_one_that_fails_does_not_keep_the_others_from_going_on(ada: Contact) -> None:
    gone: list[Traces] = []

    def fail(traces: Traces, limit: int) -> int:
        raise RuntimeError(traces.texts)

    register_holding(Holding(name="bad", erase=fail))
    register_holding(Holding(name="good", erase=noting(gone)))
    erase(ada)
    with clock.shifted(AN_HOUR):
        assert not erase_stored(ada.pk)
    assert len(gone) == 1
    assert Erasure.objects.get().due_at is not None


def test_the_consoles_history_forgets_the_name(ada: Contact, ben: Contact) -> None:
    LogEntry.objects.log_actions(_user(), [ada, ben], CHANGE, change_message="Wrote to ADA@example.com")
    erase_names(Traces(contact_id=ada.pk, addresses=("ada@example.com",)), 100)
    entry = LogEntry.objects.get(object_id=str(ada.pk))
    assert (entry.object_repr, entry.change_message) == (f"contact {ada.pk}", "")
    assert LogEntry.objects.get(object_id=str(ben.pk)).object_repr == "ben@example.com"
    assert erase_names(Traces(contact_id=ada.pk, addresses=("ada@example.com",)), 100) == 0


def test_by_a_command(ada: Contact, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("erase", "Ada@Example.com", "--yes")
    ada.refresh_from_db()
    assert ada.erased_at is not None
    assert capsys.readouterr().out == f"Contact {ada.pk} is erased.\n"
    call_command("erase", str(ada.pk), "--yes")
    assert "was erased before" in capsys.readouterr().out


def test_a_command_about_nobody_does_not_repeat_the_address(ada: Contact) -> None:
    with pytest.raises(CommandError, match="no contact has this id or address"):
        call_command("erase", "eve@example.com", "--yes")


def _user() -> int:
    return User.objects.create_superuser("boss").pk
