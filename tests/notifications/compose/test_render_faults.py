from __future__ import annotations

import pytest

from notifications.compose.render import RenderFault
from tests.notifications.compose.making import Mail, text, version


@pytest.mark.parametrize("value", ["a\nBcc: x@y.example", "a\r", "a\x85b", "\u2028"])
def test_a_control_character_in_the_subject_is_refused(value):
    with pytest.raises(RenderFault) as raised:
        Mail(version(text("x"), subject="Hi {{ a }}"), a=value)
    assert raised.value.reason == "control_character_in_subject"


def test_line_ends_of_values_become_line_feeds():
    assert Mail(version(text("x"), text="{{ a }}"), a="1\r\n2\r3\x004").text == "1\n2\n34"


def test_missing_and_empty_values_take_the_default():
    loaded = version(
        text("x"),
        subject="{{ contact.first_name }}{{ payload.n }}",
        defaults={"contact.first_name": "you", "payload.n": 3},
    )
    assert Mail(loaded).subject == "you3"
    assert Mail(loaded, contact={"first_name": ""}, payload={"n": 0}).subject == "you0"


def test_a_default_leaves_the_callers_values_alone():
    contact = {"email": "ada@example.com"}
    Mail(
        version(text("x"), subject="{{ contact.first_name }}", defaults={"contact.first_name": "you"}), contact=contact
    )
    assert contact == {"email": "ada@example.com"}


def test_missing_variables_are_empty():
    assert Mail(version(text("x"), subject="[{{ a.b.c }}{{ a[0] }}{{ b | upcase }}]")).subject == "[]"


def test_a_fault_says_where_and_never_the_value():
    with pytest.raises(RenderFault) as raised:
        Mail(version(text("{{ a | divided_by: b }}")), a=7, b="secret")
    assert raised.value.reason == "liquid_error"
    assert "html" in raised.value.detail
    assert "secret" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("value", [object(), {1}, type("Str", (str,), {})("x"), [[{"a": b"x"}]]])
def test_only_plain_values_reach_a_template(value):
    with pytest.raises(RenderFault, match="variables_not_plain"):
        Mail(version(text("{{ a }}")), a=value)


def test_values_nested_too_deeply_are_refused():
    deep: list[object] = []
    for _ in range(40):
        deep = [deep]
    with pytest.raises(RenderFault, match="nested too deeply"):
        Mail(version(text("{{ a }}")), a=deep)


def test_values_that_are_too_large_together_are_refused():
    with pytest.raises(RenderFault, match="template_too_costly"):
        Mail(version(text("{{ a }}{{ b }} {{ a }}")), a="x" * 400_000, b="y" * 400_000)
