from __future__ import annotations

import pytest

from notifications.compose.blocks.sharing import load_saved, save_block, used_in
from notifications.compose.blocks.tree import BadTree
from notifications.compose.blocks.writing import write_blocks
from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.publishing import publish_draft
from notifications.compose.drafts.saving import save, start_template
from tests.notifications.compose.blocks_making import tree

pytestmark = pytest.mark.django_db

USES = {"kind": "saved", "id": "u", "key": "footer"}


def share(words: str = "Bye") -> None:
    save_block(tree({"kind": "heading", "text": words})[0], name="Footer", author="ada")


def test_a_saved_block_is_written_where_it_is_used() -> None:
    share()
    blocks = tree(USES)
    assert "<h1>Bye</h1>" in write_blocks(blocks, load_saved(blocks)).mjml


def test_saving_under_the_same_name_replaces_it() -> None:
    share()
    share("See you")
    assert "See you" in write_blocks(tree(USES), load_saved(tree(USES))).mjml


def test_one_that_is_gone_writes_nothing() -> None:
    assert write_blocks(tree(USES), load_saved(tree(USES))).mjml == ""


def test_a_saved_block_holds_no_other() -> None:
    with pytest.raises(BadTree):
        save_block(tree(USES)[0], name="Loop", author="ada")


def test_it_says_which_templates_use_it() -> None:
    share()
    draft = start_template("news", name="News", content=DraftContent(subject="S", blocks=[USES]), author="ada")
    assert [one.key for one in used_in("footer")] == ["news"]
    publish_draft(draft.pk, expected=1, author="ada")
    save(draft.pk, DraftContent(subject="S", blocks=[]), expected=1, author="ada")
    assert [one.key for one in used_in("footer")] == ["news"]
    assert used_in("header") == []
