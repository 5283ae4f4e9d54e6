"""Is it known, block by block, what a translation lacks and what has changed since?"""

from __future__ import annotations

from typing import Any

import pytest

from notifications.compose.blocks.tree import BadTree
from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.translating import only_in, pair_up, take_over, translate

pytestmark = pytest.mark.req("T4")

HEADING: dict[str, Any] = {"kind": "heading", "id": "h", "text": "Hello"}
TEXT: dict[str, Any] = {"kind": "text", "id": "t", "html": "<p>All is new.</p>"}
RULE: dict[str, Any] = {"kind": "divider", "id": "d"}
COLUMNS: dict[str, Any] = {
    "kind": "columns", "id": "c",
    "columns": [[{"kind": "button", "id": "b", "text": "Look", "href": "https://shop.example/"}], []],
}  # fmt: skip


def mail(*blocks: dict[str, Any], subject: str = "News") -> DraftContent:
    return DraftContent(subject=subject, blocks=list(blocks))


def states(source: DraftContent, target: DraftContent) -> dict[str, str]:
    return {pair.id: pair.state.value for pair in pair_up(source, target)}


def test_a_copy_is_all_to_be_translated() -> None:
    source = mail(HEADING, RULE, COLUMNS)
    assert states(source, source) == {"head": "to translate", "h": "to translate", "b": "to translate"}


def test_a_block_is_translated_and_shows_when_its_original_changes() -> None:
    source = mail(HEADING, TEXT)
    target = translate(source, source, "h", {"text": "Hallo"})
    target = translate(source, target, "head", {"subject": "Neues"})
    assert (target.subject, (target.blocks or [])[0]["text"]) == ("Neues", "Hallo")
    assert states(source, target) == {"head": "translated", "h": "translated", "t": "to translate"}
    later = mail({**HEADING, "text": "Hello again"}, TEXT)
    [changed] = [pair for pair in pair_up(later, target) if pair.id == "h"]
    assert (changed.state, changed.was, changed.target) == ("changed", {"text": "Hello"}, {"text": "Hallo"})
    assert states(later, translate(later, target, "h", {"text": "Hallo wieder"}))["h"] == "translated"


def test_what_the_translation_lacks_of_the_head_can_be_written() -> None:
    source = DraftContent(subject="News", preheader="All is new", blocks=[])
    target = DraftContent(subject="Neues", blocks=[])
    [head] = pair_up(source, target)
    assert head.target == {"subject": "Neues", "preheader": ""}
    assert translate(source, target, "head", {"preheader": "Alles ist neu"}).preheader == "Alles ist neu"


def test_what_is_right_as_it_is_stays_and_is_done() -> None:
    source = mail({**HEADING, "text": "Postrider"})
    assert states(source, translate(source, source, "h", {"text": "Postrider"}))["h"] == "translated"


def test_what_is_missing_is_taken_over_at_its_place() -> None:
    source, target = mail(HEADING, RULE, TEXT), mail(HEADING)
    assert states(source, target) == {"head": "to translate", "h": "to translate", "d": "missing", "t": "missing"}
    target = take_over(source, take_over(source, target, "t"), "d")
    assert [one["id"] for one in target.blocks or []] == ["h", "d", "t"]


def test_a_block_in_another_one_waits_for_that() -> None:
    source = mail(COLUMNS)
    with pytest.raises(BadTree, match="around it first"):
        take_over(source, mail(), "b")
    target = take_over(source, mail(), "c")
    assert states(source, target)["b"] == "to translate"


def test_blocks_of_the_translation_alone_are_named() -> None:
    assert [block.id for block in only_in(mail(HEADING, TEXT), mail(HEADING))] == ["t"]


def test_mjml_by_hand_is_translated_as_one_piece() -> None:
    source = DraftContent(subject="News", mjml="<mj-section></mj-section>")
    target = translate(source, source, "by-hand", {"mjml": "<mj-section>Hallo</mj-section>"})
    assert (target.mjml, target.blocks) == ("<mj-section>Hallo</mj-section>", None)
    assert states(source, target)["by-hand"] == "translated"


def test_formatted_words_hold_nothing_that_runs() -> None:
    source = mail({**TEXT, "html": "<p>Hi</p><script>alert(1)</script>"})
    target = translate(source, source, "t", {"html": "<p onclick=x>Hallo</p>"})
    assert "script" not in str([pair.source for pair in pair_up(source, source)])
    assert "onclick" not in str(target.blocks)
