"""What did an editor do to a draft? An action and its fields become another content, or a move along the revisions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from notifications.block_forms import read_fields
from notifications.block_outline import read_spot
from notifications.compose.blocks.editing import change, duplicate, find, insert, move, remove, replace, shift
from notifications.compose.blocks.sharing import save_block
from notifications.compose.blocks.tree import KINDS, BadTree, Blocks, store_blocks
from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.source import blocks_of

Fields = Mapping[str, Any]
Edited = tuple[DraftContent, str]  # and the block that is chosen then

_HEAD = ("subject", "preheader", "layout", "brand", "text", "amp", "mjml")


def new_block_id() -> str:
    return uuid4().hex[:10]


def edit(content: DraftContent, action: str, fields: Fields, *, author: str) -> Edited:
    """The content after an action. Raises BadTree and pydantic's ValidationError; KeyError for no action of ours."""
    if action == "head":
        return _edit_head(content, fields), str(fields.get("chosen", ""))
    blocks, chosen = _ACTIONS[action](blocks_of(content), fields, author)
    return content.model_copy(update={"blocks": store_blocks(blocks), "mjml": ""}), chosen


def _edit_head(content: DraftContent, fields: Fields) -> DraftContent:
    changed: dict[str, Any] = {name: str(fields[name]) for name in _HEAD if name in fields}
    if "defaults" in fields:
        changed["defaults"] = dict(_defaults(str(fields["defaults"])))
    return DraftContent.model_validate({**content.model_dump(), **changed})


def _defaults(text: str) -> list[tuple[str, Any]]:
    """`path: value` lines, as in a template file."""
    read = []
    for line in text.splitlines():
        path, _, value = (part.strip() for part in line.partition(":"))
        if path:
            try:
                read.append((path, json.loads(value)))
            except ValueError:
                read.append((path, value))
    return read


def _add(blocks: Blocks, fields: Fields, author: str) -> tuple[Blocks, str]:
    kind = KINDS.get(str(fields.get("kind")))
    if kind is None:
        raise BadTree("there is no such block")
    block = kind.model_validate({"id": new_block_id()})
    return insert(blocks, block, read_spot(str(fields.get("spot", "")))), block.id


def _change(blocks: Blocks, fields: Fields, author: str) -> tuple[Blocks, str]:
    block = find(blocks, _id(fields))
    return change(blocks, block.id, read_fields(block, fields)), block.id


def _shift(by: int) -> Callable[[Blocks, Fields, str], tuple[Blocks, str]]:
    return lambda blocks, fields, author: (shift(blocks, _id(fields), by), _id(fields))


def _move(blocks: Blocks, fields: Fields, author: str) -> tuple[Blocks, str]:
    return move(blocks, _id(fields), read_spot(str(fields.get("to", "")))), _id(fields)


def _duplicate(blocks: Blocks, fields: Fields, author: str) -> tuple[Blocks, str]:
    return duplicate(blocks, _id(fields), new_id=new_block_id)


def _remove(blocks: Blocks, fields: Fields, author: str) -> tuple[Blocks, str]:
    return remove(blocks, _id(fields)), ""


def _share(blocks: Blocks, fields: Fields, author: str) -> tuple[Blocks, str]:
    """The block becomes a saved one, and the mail uses it. Nothing is saved of a block that stands where none may."""
    block = find(blocks, _id(fields))
    placed = replace(blocks, KINDS["saved"].model_validate({"id": block.id}))
    saved = save_block(block, name=str(fields.get("name", "")), author=author)
    return change(placed, block.id, {"key": saved.key}), block.id


def _to_blocks(blocks: Blocks, fields: Fields, author: str) -> tuple[Blocks, str]:
    """MJML by hand becomes a raw block; the other way is copying what a block writes."""
    return blocks, ""


def _id(fields: Fields) -> str:
    return str(fields.get("block", ""))


_ACTIONS: dict[str, Callable[[Blocks, Fields, str], tuple[Blocks, str]]] = {
    "add": _add, "change": _change, "up": _shift(-1), "down": _shift(1), "move": _move, "duplicate": _duplicate,
    "remove": _remove, "share": _share, "to-blocks": _to_blocks,
}  # fmt: skip
