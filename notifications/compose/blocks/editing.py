"""What does a tree look like with a block more, less, changed, or elsewhere? Pure: the tree that came in stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from notifications.compose.blocks.base import Block, Level
from notifications.compose.blocks.tree import KINDS, BadTree, Blocks, check_tree, walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in a tree: before position `index` of a slot. `parent` "" is the top."""

    parent: str = ""
    slot: int = 0
    index: int = 0


def find(blocks: Blocks, block_id: str) -> Block:
    """The block with this id. Raises BadTree: somebody else may have removed it."""
    for block, _, _ in walk(blocks):
        if block.id == block_id:
            return block
    raise BadTree("that block is not there any more")


def spot_of(blocks: Blocks, block_id: str, parent: str = "", slot: int = 0) -> Spot:
    """Where a block stands. Raises BadTree."""
    for index, block in enumerate(blocks):
        if block.id == block_id:
            return Spot(parent=parent, slot=slot, index=index)
    for block in blocks:
        for number, inner in enumerate(block.slots()):
            if any(one.id == block_id for one, _, _ in walk(inner)):
                return spot_of(inner, block_id, block.id, number)
    raise BadTree("that block is not there any more")


def insert(blocks: Blocks, block: Block, spot: Spot) -> Blocks:
    """The tree with a further block. Raises BadTree where it may not stand there."""
    if spot.parent:
        holder = find(blocks, spot.parent)
        if spot.slot >= len(holder.slots()):
            raise BadTree("that place is not there any more")

    def put(inner: Blocks) -> Blocks:
        index = max(0, min(spot.index, len(inner)))
        return (*inner[:index], block, *inner[index:])

    changed = _in_slot(blocks, spot.parent, spot.slot, put)
    check_tree(changed)
    return changed


def replace(blocks: Blocks, block: Block) -> Blocks:
    """The tree with a block in place of the one with its id."""
    find(blocks, block.id)
    changed = _everywhere(blocks, lambda inner: tuple(block if one.id == block.id else one for one in inner))
    check_tree(changed)
    return changed


def remove(blocks: Blocks, block_id: str) -> Blocks:
    """The tree without a block and what stands in it."""
    find(blocks, block_id)
    return _everywhere(blocks, lambda inner: tuple(one for one in inner if one.id != block_id))


def move(blocks: Blocks, block_id: str, spot: Spot) -> Blocks:
    """The tree with a block elsewhere. `spot` counts as things stand before. Raises BadTree."""
    block, old = find(blocks, block_id), spot_of(blocks, block_id)
    if any(one.id == spot.parent for one, _, _ in walk((block,))):
        raise BadTree("a block cannot be moved into itself")
    is_after = (spot.parent, spot.slot) == (old.parent, old.slot) and spot.index > old.index
    index = spot.index - 1 if is_after else spot.index
    return insert(remove(blocks, block_id), block, Spot(parent=spot.parent, slot=spot.slot, index=index))


def shift(blocks: Blocks, block_id: str, by: int) -> Blocks:
    """The tree with a block one place up (-1) or down (1) among its neighbours; unchanged at an end."""
    spot = spot_of(blocks, block_id)
    index = spot.index + by if by < 0 else spot.index + by + 1
    if index < 0:
        return blocks
    return move(blocks, block_id, Spot(parent=spot.parent, slot=spot.slot, index=index))


def duplicate(blocks: Blocks, block_id: str, *, new_id: Callable[[], str]) -> tuple[Blocks, str]:
    """The tree with a copy just below a block, and the copy's id."""
    spot = spot_of(blocks, block_id)
    copy = with_new_ids(find(blocks, block_id), new_id)
    return insert(blocks, copy, Spot(parent=spot.parent, slot=spot.slot, index=spot.index + 1)), copy.id


def with_new_ids(block: Block, new_id: Callable[[], str]) -> Block:
    """A copy of a block and all that stands in it, under other ids."""
    slots = [tuple(with_new_ids(one, new_id) for one in slot) for slot in block.slots()]
    return block.with_slots(slots).model_copy(update={"id": new_id()})


def change(blocks: Blocks, block_id: str, fields: dict[str, Any]) -> Blocks:
    """The tree with some fields of a block changed. Raises pydantic's ValidationError, and BadTree."""
    block = find(blocks, block_id)
    kind = KINDS[block.kind]
    return replace(blocks, kind.model_validate({**dict(block), **fields}))


def level_of(blocks: Blocks, parent: str) -> Level:
    """Where blocks inside `parent` ("": the top) stand."""
    for block, level, _ in walk(blocks):
        if block.id == parent:
            return block.slot_level(level)
    return Level.BODY


def _in_slot(blocks: Blocks, parent: str, slot: int, edit: Callable[[Blocks], Blocks]) -> Blocks:
    """The tree with one slot edited."""
    if not parent:
        return edit(blocks)
    return tuple(
        block.with_slots(
            [
                edit(inner) if block.id == parent and number == slot else _in_slot(inner, parent, slot, edit)
                for number, inner in enumerate(block.slots())
            ]
        )
        if _holds(block, parent)
        else block
        for block in blocks
    )


def _everywhere(blocks: Blocks, edit: Callable[[Blocks], Blocks]) -> Blocks:
    """The tree with the top and every slot edited."""
    return tuple(
        block.with_slots([_everywhere(inner, edit) for inner in block.slots()]) if block.slots() else block
        for block in edit(blocks)
    )


def _holds(block: Block, block_id: str) -> bool:
    return any(one.id == block_id for one, _, _ in walk((block,)))
