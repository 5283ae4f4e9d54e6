"""Is a value read as its kind wants, and do definitions and data stay in step?"""

from __future__ import annotations

from typing import Any

import pytest

from preferences import attributes
from preferences.attribute_kinds import BadValue, Kind, guess_kind, parse_value, write_value
from preferences.contact_editing import edit_contact
from preferences.models import Contact
from tests.people import make_contact

pytestmark = pytest.mark.req("C1")


@pytest.mark.parametrize(
    ("kind", "raw", "stored"),
    [
        ("text", "  blue ", "blue"), ("text", 7, "7"), ("text", "   ", None),
        ("number", "12", 12), ("number", "-3.50", -3.5), ("number", "12,5", 12.5), ("number", "1.234,56", 1234.56),
        ("number", "1,234.56", 1234.56), ("number", "1 234", 1234), ("number", 4.0, 4),
        ("number", "1.234.567", 1234567),
        ("date", "2026-1-5", "2026-01-05"), ("date", "2026-01-05T10:00:00Z", "2026-01-05"),
        ("date", "5.1.2026", "2026-01-05"), ("date", "25/12/2026", "2026-12-25"), ("date", "12/25/2026", "2026-12-25"),
        ("boolean", "Ja", True), ("boolean", "no", False), ("boolean", 1, True), ("boolean", "sí", True),
        ("list", "a; b;a", ["a", "b"]), ("list", '["x", "y"]', ["x", "y"]), ("list", ["q", 2], ["q", "2"]),
        ("place", "no", {"country": "NO"}), ("place", "Oslo, no", {"city": "Oslo", "country": "NO"}),
        ("place", {"country": "DE", "city": ""}, {"country": "DE"}),
    ],
)  # fmt: skip
def test_a_value_is_read(kind: str, raw: object, stored: object) -> None:
    parsed = parse_value(kind, raw)
    assert (parsed, type(parsed)) == (stored, type(stored))


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("text", "x" * 1_001), ("text", "a\0b"), ("text", [1]), ("number", "1,234"), ("number", "twelve"),
        ("number", True), ("number", float("nan")), ("number", "1e999"), ("number", "9" * 17), ("date", "30.2.2026"),
        ("date", "03/04/2026"), ("date", "soon"), ("boolean", "perhaps"), ("boolean", 2), ("list", {"a": 1}),
        ("list", ["x"] * 1 + [str(n) for n in range(100)]), ("place", "Oslo, Norway"), ("place", {"planet": "Mars"}),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_words(kind: str, raw: object) -> None:
    with pytest.raises(BadValue, match=r"^\w+ .+"):
        parse_value(kind, raw)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("number", 12.5), ("boolean", False), ("list", ["a", "b"]), ("place", {"city": "Oslo", "country": "NO"})],
)
def test_what_is_written_is_read_again(kind: str, value: object) -> None:
    assert parse_value(kind, write_value(value)) == value


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2.5"], Kind.NUMBER), (["0123", "0456"], Kind.TEXT), (["yes", "no"], Kind.BOOLEAN), ([], Kind.TEXT),
        ([True, False], Kind.BOOLEAN), ([["a"]], Kind.LIST), (["2026-01-01"], Kind.DATE), (["1", "blue"], Kind.TEXT),
        ([{"city": "Oslo"}], Kind.PLACE), (["0.5"], Kind.NUMBER),
    ],
)  # fmt: skip
def test_a_kind_is_guessed(values: list[Any], kind: Kind) -> None:
    assert guess_kind(values) == kind


@pytest.mark.django_db
class TestDefinitions:
    def test_keys_without_one_are_found_with_their_kind(self, ada: Contact) -> None:
        make_contact("cleo@example.com", attributes={"points": 3, "colour": "blue"})
        attributes.define("colour", kind="text")
        [found] = attributes.find_undefined()
        assert (found.key, found.kind, found.contacts) == ("points", Kind.NUMBER, 1)

    def test_defining_brings_values_into_form(self, ada: Contact) -> None:
        Contact.objects.update(attributes={"since": "5.1.2026", "colour": "blue"})
        made = attributes.define("since")
        ada.refresh_from_db()
        assert (made.kind, made.name, ada.attributes) == ("date", "Since", {"since": "2026-01-05", "colour": "blue"})

    def test_another_kind_is_refused_while_values_do_not_fit(self, ada: Contact, ben: Contact) -> None:
        Contact.objects.filter(pk=ada.pk).update(attributes={"points": "12"})
        Contact.objects.filter(pk=ben.pk).update(attributes={"points": "many"})
        one = attributes.define("points", kind="text")
        with pytest.raises(attributes.Unfit, match="1 of 2 values do not fit, such as “many”"):
            attributes.change_kind(one, "number")
        assert attributes.change_kind(one, "number", drops_unfit=True) == (1, 1)
        assert list(Contact.objects.order_by("pk").values_list("attributes", flat=True)) == [{"points": 12}, {}]

    def test_what_another_application_writes_is_checked(self) -> None:
        attributes.define("points", kind="number")
        assert attributes.parse_attributes({"points": "7", "else": [1]}) == {"points": 7, "else": [1]}
        with pytest.raises(BadValue, match="points: write a number"):
            attributes.parse_attributes({"points": "x"})


@pytest.mark.django_db
def test_an_edit_takes_nothing_back_that_others_wrote(ada: Contact) -> None:
    Contact.objects.update(attributes={"b": 2})
    edit_contact(ada.pk, columns={}, attributes={"a": 1}, by=None)
    edit_contact(ada.pk, columns={}, attributes={"a": None}, by=None)
    ada.refresh_from_db()
    assert ada.attributes == {"b": 2}
