"""Does editing a tree of blocks ever lose or double a block?"""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.compose.blocks.editing import Spot, duplicate, find, insert, move, remove, shift, spot_of
from notifications.compose.blocks.rules import Spacer
from notifications.compose.blocks.tree import BadTree, Blocks, check_tree, walk
from tests.notifications.compose.blocks_making import tree

LEAF = st.sampled_from(["heading", "text", "image", "button", "divider", "spacer"]).map(lambda kind: {"kind": kind})
INNER = st.lists(LEAF, max_size=3)
HOLDERS = st.one_of(
    st.builds(lambda a, b: {"kind": "columns", "columns": [a, b]}, INNER, INNER),
    st.builds(lambda a, b: {"kind": "condition", "blocks": a, "otherwise": b}, INNER, INNER),
    st.builds(lambda a: {"kind": "loop", "blocks": a}, INNER),
)
TREES = st.lists(LEAF | HOLDERS, min_size=1, max_size=6).map(lambda stored: tree(*stored))


def ids(blocks: Blocks) -> list[str]:
    return [block.id for block, _, _ in walk(blocks)]


def pick(data: st.DataObject, blocks: Blocks) -> str:
    return data.draw(st.sampled_from(ids(blocks)))


def spot(data: st.DataObject, blocks: Blocks) -> Spot:
    parent = data.draw(st.sampled_from(["", *(block.id for block, _, _ in walk(blocks) if block.slots())]))
    slots = len(find(blocks, parent).slots()) if parent else 1
    return Spot(parent=parent, slot=data.draw(st.integers(0, slots - 1)), index=data.draw(st.integers(0, 5)))


@settings(deadline=None)
@given(TREES, st.data())
def test_moving_keeps_every_block_or_refuses(blocks: Blocks, data: st.DataObject) -> None:
    block_id, to = pick(data, blocks), spot(data, blocks)
    try:
        moved = move(blocks, block_id, to)
    except BadTree:
        return
    check_tree(moved)
    assert sorted(ids(moved)) == sorted(ids(blocks))
    there = spot_of(moved, block_id)
    assert (there.parent, there.slot) == (to.parent, to.slot)
    assert find(moved, block_id) == find(blocks, block_id)


@settings(deadline=None)
@given(TREES, st.data())
def test_a_block_can_be_put_in_and_taken_out_again(blocks: Blocks, data: st.DataObject) -> None:
    to = spot(data, blocks)
    assert remove(insert(blocks, Spacer(id="new"), to), "new") == blocks


@settings(deadline=None)
@given(TREES, st.data())
def test_up_and_down_is_where_it_was(blocks: Blocks, data: st.DataObject) -> None:
    block_id = pick(data, blocks)
    up = shift(blocks, block_id, -1)
    if up != blocks:
        assert shift(up, block_id, 1) == blocks


@settings(deadline=None)
@given(TREES, st.data())
def test_a_copy_stands_below_under_ids_of_its_own(blocks: Blocks, data: st.DataObject) -> None:
    block_id, numbers = pick(data, blocks), count()
    copied, copy_id = duplicate(blocks, block_id, new_id=lambda: f"new-{next(numbers)}")
    assert len(set(ids(copied))) == len(ids(copied))
    assert spot_of(copied, copy_id).index == spot_of(copied, block_id).index + 1
    assert remove(copied, copy_id) == blocks


@settings(deadline=None)
@given(TREES, st.data())
def test_removing_takes_a_block_and_what_stands_in_it(blocks: Blocks, data: st.DataObject) -> None:
    block_id = pick(data, blocks)
    gone = set(ids((find(blocks, block_id),)))
    assert ids(remove(blocks, block_id)) == [one for one in ids(blocks) if one not in gone]


def test_a_block_cannot_be_moved_into_itself() -> None:
    blocks = tree({"kind": "loop", "id": "a", "blocks": [{"kind": "loop", "id": "b"}]})
    with pytest.raises(BadTree, match="into itself"):
        move(blocks, "a", Spot(parent="b"))
