"""What do saved blocks say, and which templates use them?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F
from django.utils.text import slugify

from notifications.compose.blocks.base import Block
from notifications.compose.blocks.handmade import Saved
from notifications.compose.blocks.models import SavedBlock
from notifications.compose.blocks.tree import BadTree, Blocks, read_blocks, store_blocks, walk
from notifications.compose.drafts.models import DraftRevision
from notifications.compose.models import Template, TemplateVersion


def keys_in(blocks: Blocks) -> set[str]:
    """The saved blocks that a tree uses."""
    return {one.key for one, _, _ in walk(blocks) if isinstance(one, Saved) and one.key}


def keys_of(stored: Iterable[dict[str, Any]] | None) -> set[str]:
    """The saved blocks that a stored tree uses; none where it cannot be read."""
    try:
        return keys_in(read_blocks(list(stored or ())))
    except BadTree:
        return set()


def load_saved(blocks: Blocks) -> dict[str, Blocks]:
    """What the saved blocks in a tree say, by key; one query, none where there are none."""
    keys = keys_in(blocks)
    rows = SavedBlock.objects.filter(key__in=keys) if keys else ()
    return {row.key: read_blocks(row.blocks) for row in rows}


def save_block(block: Block, *, name: str, author: str) -> SavedBlock:
    """Share a block under a name; one of that name says this from now on. Raises BadTree."""
    key = slugify(name)[:100]
    if not key:
        raise BadTree("give it a name of letters")
    if keys_in((block,)):
        raise BadTree("a saved block cannot hold another saved block")
    stored = {"name": name[:200], "blocks": store_blocks((block,)), "author": author}
    return SavedBlock.objects.update_or_create(key=key, defaults=stored)[0]


def used_in(key: str) -> list[Template]:
    """The templates whose draft or published version uses a saved block."""
    published = TemplateVersion.objects.filter(publication__isnull=False, blocks__isnull=False)
    ids = {template_id for template_id, blocks in published.values_list("template_id", "blocks") if _uses(blocks, key)}
    for draft in DraftRevision.objects.filter(number=F("draft__revision")).values_list(
        "draft__template_id", "content__blocks"
    ):
        if _uses(draft[1], key):
            ids.add(draft[0])
    return list(Template.objects.filter(pk__in=ids))


def _uses(stored: Iterable[dict[str, Any]] | None, key: str) -> bool:
    return key in keys_of(stored)
