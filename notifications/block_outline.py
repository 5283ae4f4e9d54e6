"""How is a tree of blocks shown as a list, and where may a block be put?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from notifications.compose.blocks.base import Block, Level
from notifications.compose.blocks.editing import Spot
from notifications.compose.blocks.tree import Blocks
from notifications.compose.blocks.writing import find_faults

SUMMARY = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineSlot:
    """A part of a block that holds others."""

    name: str
    parent: str
    slot: int
    rows: tuple[OutlineRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineRow:
    """A block in the list. `spot` says where something dropped on it goes."""

    block: Block
    summary: str
    spot: str
    is_first: bool
    is_last: bool
    faults: tuple[str, ...]
    slots: tuple[OutlineSlot, ...]


def outline_of(blocks: Blocks) -> tuple[OutlineRow, ...]:
    """The tree as rows."""
    faults: dict[str, list[str]] = {}
    for one in find_faults(blocks):
        faults.setdefault(one.block_id, []).append(one.reason)
    return tuple(_rows(blocks, "", 0, faults))


def _rows(blocks: Blocks, parent: str, slot: int, faults: dict[str, list[str]]) -> Iterator[OutlineRow]:
    for index, block in enumerate(blocks):
        summary = block.summary()
        yield OutlineRow(
            block=block, summary=summary if len(summary) <= SUMMARY else f"{summary[:SUMMARY]}…",
            spot=write_spot(Spot(parent=parent, slot=slot, index=index)), is_first=index == 0,
            is_last=index == len(blocks) - 1, faults=tuple(faults.get(block.id, ())),
            slots=tuple(
                OutlineSlot(
                    name=name, parent=block.id, slot=number, rows=tuple(_rows(inner, block.id, number, faults))
                )
                for number, (name, inner) in enumerate(zip(block.slot_names(), block.slots(), strict=False))
            ),
        )  # fmt: skip


def offer_spots(blocks: Blocks, chosen: str) -> list[tuple[str, str]]:
    """Where a new block may go, the likeliest first: value and words."""
    offered = [(write_spot(Spot(index=len(blocks))), "At the end of the mail")]
    offered += _inner_spots(blocks, Level.BODY, "")
    below = _below(blocks, chosen, "", 0)
    return [(write_spot(below), "Below the chosen block"), *offered] if below else offered


def write_spot(spot: Spot) -> str:
    return f"{spot.parent}.{spot.slot}.{spot.index}"


def read_spot(text: str) -> Spot:
    """A spot as it came in; the top where it is none."""
    parent, _, rest = text.partition(".")
    slot, _, index = rest.partition(".")
    numbers = [int(one) if one.isdecimal() and len(one) < 6 else 0 for one in (slot, index)]
    return Spot(parent=parent, slot=numbers[0], index=numbers[1])


def _inner_spots(blocks: Blocks, level: Level, path: str) -> Iterator[tuple[str, str]]:
    for number, block in enumerate(blocks, start=1):
        for slot, (name, inner) in enumerate(zip(block.slot_names(), block.slots(), strict=False)):
            words = f"{path}{block.label} {number} > {name}"
            yield write_spot(Spot(parent=block.id, slot=slot, index=len(inner))), words
            yield from _inner_spots(inner, block.slot_level(level), f"{words} > ")


def _below(blocks: Blocks, chosen: str, parent: str, slot: int) -> Spot | None:
    for index, block in enumerate(blocks):
        if block.id == chosen:
            return Spot(parent=parent, slot=slot, index=index + 1)
        for number, inner in enumerate(block.slots()):
            if found := _below(inner, chosen, block.id, number):
                return found
    return None
