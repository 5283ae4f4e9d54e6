"""Is a rule that cannot be read refused with words that help, and does no value ever stand in its SQL?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from campaigns.models import Segment
from campaigns.segments.conditions.sources import _NUMBER
from campaigns.segments.faults import BadRule
from campaigns.segments.selection import select_people
from preferences.models import Attribute, Contact, ContactList
from tests.campaigns.segments.population import AT, declare_events, forget_events, make_crowd
from tests.campaigns.segments.trees import rules
from tests.people import make_contact
from tracking.models import Event

#: Every literal that the statements of all conditions hold together.
_WORDS = {
    "", "-", "_", "@", "[]", "array", "string", "number", "boolean", "accepted", "email", "never", "epoch", "T",
    "123456789", "000000000", "0000-00-00",
    _NUMBER,
}  # fmt: skip
_NUMBERS = {"0", "1", "2", "5", "0.5", "10", "11", "1000"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _events() -> Iterator[None]:
    declare_events()
    yield
    forget_events()


@pytest.fixture(autouse=True)
def _plan(db: None) -> None:
    Attribute.objects.create(key="plan", name="Plan", kind="text")


def _rule(*rules: dict[str, Any], match: str = "all") -> dict[str, Any]:
    return {"version": 1, "root": {"type": "group", "match": match, "rules": list(rules)}}


def _plan_is(*values: str, **fields: Any) -> dict[str, Any]:
    return {"type": "text_attribute", "key": "plan", "test_is": "is", "values": list(values), **fields}


def _select(rule: dict[str, Any]) -> set[int]:
    selection = select_people(rule, at=AT)
    with connection.cursor() as cursor:
        cursor.execute(selection.sql, selection.parameters)
        return {row[0] for row in cursor.fetchall()}


def test_an_empty_rule_selects_everybody_but_the_erased(ada: Contact) -> None:
    make_contact("gone@example.com", erased_at=AT)
    assert _select({}) == _select(_rule()) == {ada.pk}


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"type": "text_attribute", "key": "plan"}, "compared with"),
        (_plan_is("pro", key="shoe"), "no attribute"),
        ({"type": "number_attribute", "key": "plan", "value": 3}, "is now a text"),
        (_plan_is("a\x00b"), "cannot be typed"),
        (_plan_is("pro", DROP=1), "not permitted"),
        (_plan_is("x" * 201), "at most 200"),
        ({"type": "event", "name": "shop.sold"}, "No event"),
        ({"type": "event", "name": "shop.ordered", "count": {"number": "2"}}, "a whole number for “number”"),
        ({"type": "event"}, "Choose an event"),
        ({"type": "engagement", "levels": []}, "Tick at least one"),
        ({"type": "event", "name": "shop.ordered", "where": [{"kind": "text", "field": "card"}]}, "compared with"),
        (
            {"type": "event", "name": "shop.ordered", "where": [{"kind": "text", "field": "card", "values": ["4"]}]},
            "no field",
        ),
        (
            {"type": "event_sum", "name": "shop.ordered", "field": "note", "amount": {"number": 1}},
            "holds a text",
        ),
        (
            {"type": "event_sum", "name": "shop.ordered", "field": "items[].price", "amount": {"number": 1}},
            "cannot be summed up",
        ),
        ({"type": "event", "name": "shop.ordered", "window": {"kind": "between"}}, "from when"),
        ({"type": "topic", "topic": "gone"}, "no topic"),
        ({"type": "list", "list": 7}, "list was deleted"),
        ({"type": "segment", "segment": 7}, "segment was deleted"),
        ({"type": "group", "match": "all", "rules": []}, "empty"),
        ({"type": "date_attribute", "key": "plan", "test_is": "in_last"}, "how many days"),
    ],
)
def test_what_is_wrong_is_said_with_where_it_stands(part: dict[str, Any], said: str) -> None:
    with pytest.raises(BadRule, match=re.compile(said, re.IGNORECASE)) as caught:
        select_people(_rule(_plan_is("pro"), {"type": "group", "match": "any", "rules": [part]}), at=AT)
    assert caught.value.path == (1, 0)


def test_a_rule_is_refused_before_it_is_too_deep_or_too_large() -> None:
    deep: dict[str, Any] = _plan_is("pro")
    for _ in range(300):
        deep = {"type": "group", "match": "all", "rules": [deep]}
    with pytest.raises(BadRule, match="deeper"):
        select_people(_rule(deep), at=AT)
    with pytest.raises(BadRule, match="more than 100 parts"):
        select_people(_rule(*[{"type": "group", "match": "any", "rules": [_plan_is("a")] * 40}] * 3), at=AT)


@pytest.mark.parametrize(
    "rule", [{"version": 2, "root": {}}, {"root": "x"}, {"a": 1}, {"version": 1, "root": {"type": 1}}]
)
def test_what_is_no_rule_at_all_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(BadRule):
        select_people(rule, at=AT)


def test_a_segment_cannot_ask_for_itself_through_another() -> None:
    one = Segment.objects.create(name="One")
    two = Segment.objects.create(name="Two", rule=_rule({"type": "segment", "segment": one.pk}))
    one.rule = _rule({"type": "segment", "segment": two.pk})
    one.save()
    with pytest.raises(BadRule, match="ask for itself"):
        select_people(one.rule, at=AT, inside=(one.pk,))
    with pytest.raises(BadRule, match="ask for itself"):
        select_people(two.rule, at=AT)


def test_a_segment_that_is_archived_or_broken_is_named() -> None:
    inner = Segment.objects.create(name="Old friends", rule=_rule(_plan_is("pro", key="shoe")))
    asking = _rule({"type": "segment", "segment": inner.pk})
    with pytest.raises(BadRule, match="In the segment “Old friends”: There is no attribute"):
        select_people(asking, at=AT)
    Segment.objects.filter(pk=inner.pk).update(archived_at=Now())
    with pytest.raises(BadRule, match="is archived"):
        select_people(asking, at=AT)


def test_values_never_stand_in_the_statement() -> None:
    evil = "x'; DROP TABLE preferences_contact; --%s"
    statement = select_people(_rule(_plan_is(evil)), at=AT)
    assert "DROP" not in statement.sql
    assert [evil] in statement.parameters
    assert _select(_rule(_plan_is(evil))) == set()
    assert Contact.objects.count() == 0


def test_whatever_is_asked_the_statement_is_made_of_our_constants() -> None:
    """Two rules of one shape have one statement, so nothing of a rule can be in it."""
    Attribute.objects.all().delete()
    crowd = make_crowd(1, size=1)

    @settings(max_examples=60, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(some.data())
    def look(data: some.DataObject) -> None:
        try:
            found = select_people(data.draw(rules(crowd)), at=AT)
        except BadRule:
            return
        words = re.compile("'([^']*)'")
        assert set(words.findall(found.sql)) <= _WORDS
        assert set(re.findall(r"\b\d+(?:\.\d+)?\b", words.sub("", found.sql))) <= _NUMBERS

    look()


@pytest.mark.parametrize("many", [1, 12])
def test_the_number_of_queries_does_not_grow_with_the_rule(many: int) -> None:
    ContactList.objects.create(pk=1, name="Fair")
    inner = Segment.objects.create(name="Pros", rule=_rule(_plan_is("pro")))
    parts = [_plan_is("a"), {"type": "list", "list": 1}, {"type": "segment", "segment": inner.pk}]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        select_people(_rule(*parts * many), at=datetime(2026, 1, 1, tzinfo=UTC))
    assert len(queries) == 3


def test_a_set_that_is_asked_for_twice_is_read_once() -> None:
    ContactList.objects.create(pk=1, name="Fair")
    on_list = {"type": "list", "list": 1}
    statement = select_people(_rule(on_list, {**on_list, "is_so": False}, match="any"), at=AT)
    assert statement.sql.count("preferences_listmember") == 1


@pytest.mark.parametrize(
    ("test", "number", "names"),
    [
        ("at_least", 0, "ada ben"), ("at_least", 1, "ada"), ("at_least", 2, ""), ("at_most", 0, "ben"),
        ("at_most", 1, "ada ben"), ("exactly", 0, "ben"), ("exactly", 1, "ada"), ("exactly", 2, ""),
    ],
)  # fmt: skip
def test_who_never_did_it_did_it_no_times(ada: Contact, ben: Contact, test: str, number: int, names: str) -> None:
    for state in (Event.State.ACCEPTED, Event.State.REFUSED):
        Event.objects.create(name="shop.ordered", contact=ada, state=state)
    count = {"test_is": test, "number": number}
    found = Contact.objects.filter(pk__in=_select(_rule({"type": "event", "name": "shop.ordered", "count": count})))
    assert " ".join(sorted(one.email.split("@")[0] for one in found)) == names


@pytest.mark.parametrize(
    ("total", "kept"),
    [(10, 10), ("99.90", Decimal("99.9")), ("1E+2", 100), ("much", None), (None, None), (True, None), (10**50, None)],
)
def test_an_events_total_is_kept_and_never_keeps_it_from_being_stored(
    ada: Contact, total: object, kept: object
) -> None:
    event = Event.objects.create(name="shop.ordered", contact=ada, state="accepted", payload={"total": total})
    assert Event.objects.values_list("total", flat=True).get(pk=event.pk) == kept
