from __future__ import annotations

from typing import Any

import pytest

from notifications.compose.blocks.tree import KINDS, BadTree, read_blocks, store_blocks
from notifications.compose.blocks.writing import find_faults, write_blocks
from tests.notifications.compose.blocks_making import mail, mjml, tree

BUTTON = {"kind": "button", "text": "Go", "href": "https://x.example/{{ payload.number }}"}
NAMES: dict[str, Any] = {"contact": {"first_name": "Ada"}, "payload": {"number": "17"}}


def faults(*stored: dict[str, Any]) -> list[str]:
    return [one.reason for one in find_faults(tree(*stored))]


def test_values_stand_in_headings_texts_and_buttons() -> None:
    made = mail(
        {"kind": "heading", "text": 'Hello {{ contact.first_name | default: "there" }} & co'},
        {"kind": "text", "html": "<p>Number <b>{{ payload.number }}</b></p>"},
        BUTTON,
        **NAMES,
    )
    assert "Hello Ada &amp; co" in made.html
    assert "<b>17</b>" in made.html
    assert 'href="https://x.example/17"' in made.html


def test_plain_lines_become_paragraphs() -> None:
    assert "<p>One<br>two</p><p>Three</p>" in mjml({"kind": "text", "html": "One\ntwo\n\nThree"})


def test_content_that_stands_together_shares_a_section() -> None:
    written = mjml(BUTTON, BUTTON, {"kind": "columns"}, BUTTON)
    assert written.count("<mj-section") == 3


def test_columns_share_the_width() -> None:
    written = mjml({"kind": "columns", "widths": [50, 25, 25], "columns": [[BUTTON], [], []]})
    assert [part.split('"')[0] for part in written.split('mj-column width="')[1:]] == ["50%", "25%", "25%"]


@pytest.mark.parametrize(
    ("operator", "value", "present", "expected"),
    [
        ("is set", "", "x", True), ("is set", "", "", False), ("is set", "", None, False),
        ("is empty", "", None, True), ("is empty", "", "", True), ("is empty", "", 0, False),
        ("is", "DE", "DE", True), ("is", "3", 3, True), ("is", "DE", None, False), ("is not", "DE", None, True),
        ("contains", "a", ["a", "b"], True), ("contains", "a", None, False), ("contains", "a", 7, False),
        ("is more than", "3", 4, True), ("is more than", "3", "4", True), ("is more than", "3", "many", False),
        ("is less than", "3", None, False), ("is less than", "3", [1], True),
    ],
)  # fmt: skip
def test_a_condition_never_breaks_a_mail(operator: str, value: str, present: Any, expected: bool) -> None:
    block = {
        "kind": "condition", "path": "payload.x", "operator": operator, "value": value,
        "blocks": [{"kind": "heading", "text": "Yes"}], "otherwise": [{"kind": "heading", "text": "No"}],
    }  # fmt: skip
    text = mail(block, payload={"x": present}).text
    assert ("Yes" in text, "No" in text) == (expected, not expected)


@pytest.mark.parametrize("items", [None, "", "abc", 7, {}, [], [1, "a", None]])
def test_lists_that_are_none_break_no_mail(items: Any) -> None:
    loop = {"kind": "loop", "path": "payload.items", "blocks": [{"kind": "text", "html": "{{ item.name }}"}]}
    assert mail({"kind": "products"}, loop, payload={"items": items}).html


def test_a_product_without_picture_price_or_link_is_shown() -> None:
    text = mail({"kind": "products", "most": 1}, payload={"items": [{"name": "Lamp"}, {"name": "Chair"}]}).text
    assert "Lamp" in text
    assert "Chair" not in text
    assert "Have a look" not in text


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ({"kind": "image", "src": "https://x.example/a.png"}, "say in words what the picture shows"),
        ({"kind": "image", "alt": "A"}, "give the picture an address"),
        ({"kind": "button", "text": "Go", "href": "/orders"}, "begin with https://"),
        ({"kind": "heading", "text": "{% if x %}"}, "`{% if x %` in the heading would be sent as it stands"),
        ({"kind": "text", "html": "<p> </p>"}, "the text is empty"),
        ({"kind": "condition", "path": "a b"}, "say which value is tested"),
        ({"kind": "loop", "path": "payload.items"}, "nothing is repeated"),
        ({"kind": "saved"}, "choose which saved block"),
    ],
)
def test_what_is_unfinished_is_said_in_words(block: dict[str, Any], reason: str) -> None:
    assert any(reason in one for one in faults(block))


def test_a_finished_block_has_no_fault() -> None:
    assert faults(BUTTON, {"kind": "image", "src": "https://x.example/a.png", "is_decorative": True}) == []


def test_every_line_knows_its_block() -> None:
    blocks = tree(
        BUTTON, {"kind": "columns", "columns": [[{"kind": "raw", "id": "bad", "mjml": "<mj-txt>\n</mj-txt>"}], []]}
    )
    written = write_blocks(blocks)
    line = written.mjml.split("\n").index("</mj-txt>") + 1
    assert written.block_at(line) == "bad"


def test_writing_is_deterministic_and_storing_loses_nothing() -> None:
    blocks = tree(*({"kind": kind} for kind in KINDS))
    assert write_blocks(blocks) == write_blocks(read_blocks(store_blocks(blocks)))


@pytest.mark.parametrize(
    "stored",
    [
        {"kind": "columns", "columns": [[{"kind": "columns"}], []]},
        {"kind": "hero", "blocks": [{"kind": "products"}]},
        {"kind": "columns", "columns": [[{"kind": "condition", "blocks": [{"kind": "saved"}]}], []]},
        {"kind": "marquee"},
        {"kind": "heading", "onclick": "x"},
        {"kind": "columns", "widths": [100]},
        {"kind": "button", "color": "red;x"},
    ],
)
def test_what_cannot_be_is_refused(stored: dict[str, Any]) -> None:
    with pytest.raises(BadTree):
        tree(stored)


def test_a_tree_too_deep_or_too_large_is_refused() -> None:
    deep: dict[str, Any] = {"kind": "spacer"}
    for _ in range(2_000):
        deep = {"kind": "loop", "id": "l", "blocks": [deep]}
    with pytest.raises(BadTree):
        read_blocks([{**deep, "id": "x"}])
    with pytest.raises(BadTree, match="more than 300"):
        tree(*({"kind": "spacer"} for _ in range(301)))
