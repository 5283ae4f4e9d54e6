"""How does a translation stand to what it translates, block by block? Pure: contents in, contents out.

Blocks are the same by their ids, which a copy keeps. When a block is translated, its original words are kept beside
it, so it shows when they change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from notifications.compose.blocks.base import Block
from notifications.compose.blocks.editing import Spot, change, find, insert, spot_of
from notifications.compose.blocks.richtext import clean_html
from notifications.compose.blocks.tree import BadTree, Blocks, store_blocks, walk
from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.source import blocks_of

HEAD = "head"  # in place of a block's id: the subject and what else belongs to the mail as a whole
_OF_HEAD = ("subject", "preheader", "text", "sms")
_BY_HAND = "by-hand"
#: The fields of a block that people read, or that lead elsewhere in another language.
_WORDS: dict[str, tuple[str, ...]] = {
    "heading": ("text",), "text": ("html",), "button": ("text", "href"), "image": ("alt",), "products": ("text",),
    "raw": ("mjml",),
}  # fmt: skip

Words = Mapping[str, str]


class State(StrEnum):
    MISSING = "missing"  # the translation has no such block
    UNTRANSLATED = "to translate"  # it says the same as what it translates
    CHANGED = "changed"  # what it translates says something else since
    DONE = "translated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A block beside its translation. `was`: what it translated, where that has changed."""

    id: str
    label: str
    depth: int
    state: State
    source: Words
    target: Words
    was: Words

    @property
    def needs_work(self) -> bool:
        return self.state is not State.DONE


def pair_up(source: DraftContent, target: DraftContent) -> list[Pair]:
    """What there is to translate, in the order of reading; blocks without words only where they are missing."""
    theirs = {block.id: block for block, _, _ in walk(blocks_of(target))}
    head = _head_words(source)
    pairs = [_pair((HEAD, "The mail", 0), head, {name: getattr(target, name) for name in head}, target)]
    for block, _level, depth in walk(blocks_of(source)):
        other = theirs.get(block.id)
        if other is None or _words(block):
            pairs.append(_pair((block.id, block.label, depth), _words(block), _words(other) if other else None, target))
    return pairs


def only_in(target: DraftContent, source: DraftContent) -> list[Block]:
    """Blocks that only the translation has."""
    known = {block.id for block, _, _ in walk(blocks_of(source))}
    return [block for block, _, _ in walk(blocks_of(target)) if block.id not in known]


def translate(source: DraftContent, target: DraftContent, pair_id: str, fields: Mapping[str, Any]) -> DraftContent:
    """The translation with these words in one block, which is up to date then. Raises BadTree and ValidationError."""
    if pair_id == HEAD:
        words = _head_words(source)
        changed = {name: str(fields[name]) for name in words if name in fields}
    else:
        words = _words(find(blocks_of(source), pair_id))
        changed = _with_block(target, pair_id, {name: str(fields[name]) for name in words if name in fields})
    marks = {**target.translated, pair_id: dict(words)}
    return DraftContent.model_validate({**target.model_dump(), **changed, "translated": marks})


def take_over(source: DraftContent, target: DraftContent, pair_id: str) -> DraftContent:
    """The translation with a block that it lacks, still untranslated. Raises BadTree where there is no place for it."""
    blocks, theirs = blocks_of(source), blocks_of(target)
    block, spot = find(blocks, pair_id), spot_of(blocks, pair_id)
    known = {one.id for one, _, _ in walk(theirs)}
    if spot.parent and spot.parent not in known:
        raise BadTree("take over the block around it first")
    before = [one.id for one in _slot(blocks, spot)[: spot.index] if one.id in known]
    index = max((found.index + 1 for one in before if _same_slot(found := spot_of(theirs, one), spot)), default=0)
    changed = insert(theirs, _without(block, known), Spot(parent=spot.parent, slot=spot.slot, index=index))
    return target.model_copy(update={"blocks": store_blocks(changed), "mjml": ""})


def _pair(named: tuple[str, str, int], words: Words, theirs: Words | None, target: DraftContent) -> Pair:
    """`named`: id, label and depth."""
    pair_id, label, depth = named
    was = target.translated.get(pair_id)
    if theirs is None:
        state = State.MISSING
    elif was is not None:
        state = State.DONE if was == words else State.CHANGED
    else:
        is_same = theirs == words and any(one.strip() for one in words.values())
        state = State.UNTRANSLATED if is_same else State.DONE
    return Pair(
        id=pair_id, label=label, depth=depth, state=state, source=words, target=theirs or {},
        was=_fit_to_show(was) if was is not None and state is State.CHANGED else {},
    )  # fmt: skip


def _head_words(content: DraftContent) -> dict[str, str]:
    """The subject always; the others where they are written."""
    return {name: getattr(content, name) for name in _OF_HEAD if name == "subject" or getattr(content, name)}


def _words(block: Block) -> dict[str, str]:
    return _fit_to_show({name: str(getattr(block, name)) for name in _WORDS.get(block.kind, ())})


def _fit_to_show(words: Words) -> dict[str, str]:
    """Formatted text is shown as such, so it holds nothing else."""
    return {name: clean_html(text) if name == "html" else text for name, text in words.items()}


def _with_block(target: DraftContent, block_id: str, fields: dict[str, str]) -> dict[str, Any]:
    if target.blocks is None and block_id == _BY_HAND:
        return dict(fields)
    if "html" in fields:
        fields["html"] = clean_html(fields["html"])
    return {"blocks": store_blocks(change(blocks_of(target), block_id, fields)), "mjml": ""}


def _slot(blocks: Blocks, spot: Spot) -> Blocks:
    return blocks if not spot.parent else find(blocks, spot.parent).slots()[spot.slot]


def _same_slot(one: Spot, other: Spot) -> bool:
    return (one.parent, one.slot) == (other.parent, other.slot)


def _without(block: Block, known: set[str]) -> Block:
    """The block less what stands elsewhere in the translation already."""
    slots = [tuple(_without(one, known) for one in slot if one.id not in known) for slot in block.slots()]
    return block.with_slots(slots) if slots else block


def to_do(pairs: list[Pair]) -> Iterator[Pair]:
    """Those that need somebody."""
    return (pair for pair in pairs if pair.needs_work)
