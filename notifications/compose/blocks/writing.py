"""How does a tree of blocks become MJML, and which block is behind a line?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from notifications.compose.blocks.base import Block, Level, Pen
from notifications.compose.blocks.tree import Blocks, walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The MJML for a layout's slot."""

    mjml: str
    starts: tuple[tuple[int, str], ...]  # the first line of each block, in order

    def block_at(self, line: int) -> str:
        """The id of the block that wrote a line, from 1; "" where none did."""
        return self._start_at(line)[1]

    def first_line_at(self, line: int) -> int:
        """The first line of that block; 1 where none wrote it."""
        return self._start_at(line)[0]

    def _start_at(self, line: int) -> tuple[int, str]:
        position = bisect_right(self.starts, line, key=lambda one: one[0])
        return self.starts[position - 1] if position else (1, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockFault:
    """What must be mended in a block before it is published."""

    block_id: str
    label: str
    reason: str


def write_blocks(blocks: Blocks, saved: Mapping[str, Blocks] | None = None) -> Written:
    """The tree as MJML; `saved` are the blocks that templates share, by key. Pure and total: it never fails."""
    pen = Pen(saved or {}, _write_all)
    pen.blocks(blocks, Level.BODY)
    return Written(mjml="\n".join(pen.lines), starts=tuple(pen.starts))


def find_faults(blocks: Blocks) -> Iterator[BlockFault]:
    """What is unfinished, block by block."""
    for block, _, _ in walk(blocks):
        for reason in block.faults():
            yield BlockFault(block_id=block.id, label=block.label, reason=reason)


def _write_all(pen: Pen, blocks: Sequence[Block], level: Level) -> None:
    """Among sections, content that stands together shares a section of one column."""
    if level is Level.COLUMN:
        for block in blocks:
            pen.begin(block)
            block.write(pen, level)
        return
    for is_section, group in groupby(blocks, key=lambda block: block.is_section):
        if is_section:
            for block in group:
                pen.begin(block)
                block.write(pen, level)
        else:
            pen.open("mj-section", padding="0")
            pen.open("mj-column")
            _write_all(pen, tuple(group), Level.COLUMN)
            pen.close("mj-column")
            pen.close("mj-section")
