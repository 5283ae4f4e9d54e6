"""How do these tests make trees of blocks?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from notifications.compose.blocks.base import Block
from notifications.compose.blocks.tree import Blocks, read_blocks
from notifications.compose.blocks.writing import write_blocks
from tests.notifications.compose.making import Mail, version

LAYOUT = Path("templates/emails/layouts/base.mjml").read_text()


def tree(*stored: dict[str, Any]) -> Blocks:
    """Blocks as they are stored; those without an id get one."""
    counter = iter(range(10_000))

    def named(block: dict[str, Any]) -> dict[str, Any]:
        block = {"id": f"b{next(counter)}", **block}
        for slot in ("blocks", "otherwise"):
            if slot in block:
                block[slot] = [named(one) for one in block[slot]]
        if "columns" in block:
            block["columns"] = [[named(one) for one in column] for column in block["columns"]]
        return block

    return read_blocks([named(one) for one in stored])


def mjml(*stored: dict[str, Any]) -> str:
    return write_blocks(tree(*stored)).mjml


def mail(*stored: dict[str, Any] | Block, **variables: Any) -> Mail:
    """The mail that these blocks make in the project's own layout."""
    blocks = tree(*(one for one in stored if isinstance(one, dict)))
    return Mail(version(write_blocks(blocks).mjml, is_tracked=False, layout=LAYOUT), **variables)
