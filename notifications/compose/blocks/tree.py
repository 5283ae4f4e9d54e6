"""Which kinds of blocks are there, and what does a stored tree hold?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from notifications.compose.blocks.base import Block, Level
from notifications.compose.blocks.button import Button
from notifications.compose.blocks.columns import Columns
from notifications.compose.blocks.condition import Condition
from notifications.compose.blocks.handmade import Raw, Saved
from notifications.compose.blocks.heading import Heading
from notifications.compose.blocks.hero import Hero
from notifications.compose.blocks.image import Image
from notifications.compose.blocks.loop import Loop
from notifications.compose.blocks.products import Products
from notifications.compose.blocks.rules import Divider, Spacer
from notifications.compose.blocks.social import Social
from notifications.compose.blocks.text import Text

AnyBlock = Annotated[
    Heading | Text | Image | Button | Columns | Divider | Spacer
    | Products | Social | Hero | Condition | Loop | Raw | Saved,
    Field(discriminator="kind"),
]  # fmt: skip
KINDS: dict[str, type[Block]] = {
    kind.model_fields["kind"].default: kind
    for kind in (
        Heading, Text, Image, Button, Columns, Divider, Spacer, Products, Social, Hero, Condition, Loop, Raw, Saved,
    )
}  # fmt: skip
MAX_BLOCKS = 300
MAX_DEPTH = 6

for _kind in (Columns, Hero, Condition, Loop):
    _kind.model_rebuild(_types_namespace={"AnyBlock": AnyBlock})
_tree: TypeAdapter[tuple[Block, ...]] = TypeAdapter(tuple[AnyBlock, ...])

Blocks = tuple[Block, ...]


class BadTree(ValueError):
    """What was stored, or came in, is no tree of blocks."""


def read_blocks(stored: Sequence[dict[str, Any]]) -> Blocks:
    """The blocks of a stored tree. Raises BadTree."""
    try:
        blocks = _tree.validate_python(list(stored))
    except (ValidationError, RecursionError) as error:
        raise BadTree(_reason(error)) from None
    check_tree(blocks)
    return blocks


def check_tree(blocks: Blocks) -> None:
    """Raise BadTree where a block stands where its kind cannot, twice, too deep, or among too many."""
    seen: set[str] = set()
    for block, level, depth in walk(blocks):
        if block.id in seen:
            raise BadTree(f"the block {block.id} is there twice")
        seen.add(block.id)
        if depth > MAX_DEPTH:
            raise BadTree(f"blocks stand in each other more than {MAX_DEPTH} deep")
        if level is Level.COLUMN and not block.fits_column:
            raise BadTree(f"“{block.label}” cannot stand in a column")
    if len(seen) > MAX_BLOCKS:
        raise BadTree(f"more than {MAX_BLOCKS} blocks")


def store_blocks(blocks: Blocks) -> list[dict[str, Any]]:
    """The tree as JSON."""
    return [one.model_dump(mode="json") for one in blocks]


def walk(blocks: Blocks, level: Level = Level.BODY, depth: int = 1) -> Iterator[tuple[Block, Level, int]]:
    """Every block with where it stands, in the order of reading."""
    for block in blocks:
        yield block, level, depth
        for slot in block.slots():
            yield from walk(slot, block.slot_level(level), depth + 1)


def _reason(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return "blocks stand in each other too deep"
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
