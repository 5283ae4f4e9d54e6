"""What does staff do with saved blocks? See where each is used, change it, publish again what uses it, remove it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from pydantic import ValidationError

from config.screens import show_screen, staff_screen
from notifications.block_forms import Control, controls_of, read_fields
from notifications.compose.blocks.base import Block
from notifications.compose.blocks.editing import change
from notifications.compose.blocks.models import SavedBlock
from notifications.compose.blocks.tree import BadTree, Blocks, read_blocks, walk
from notifications.compose.blocks.writing import find_faults
from notifications.history import note_action
from notifications.shared_blocks import (
    ChangedMeanwhile,
    InUse,
    Uses,
    behind,
    change_block,
    find_uses,
    remove_block,
    republish,
)
from notifications.templates_console import PUBLISH, VIEW, author_of

CHANGE = "notifications.change_savedblock"


@staff_screen(VIEW)
def list_blocks(request: HttpRequest) -> HttpResponse:
    """Every saved block, where it is used, and how many mails say what it said before."""
    uses = find_uses()
    rows = [(one, found := uses.get(one.key, Uses()), len(behind(found))) for one in SavedBlock.objects.all()]
    return show_screen(request, "notifications/console/shared_blocks.html", title=_("Saved blocks"), rows=rows)


@staff_screen(VIEW)
def show_block(request: HttpRequest, key: str) -> HttpResponse:
    """Its fields, to be changed by those who may; what uses it, and what is behind."""
    held = get_object_or_404(SavedBlock, key=key)
    fault = ""
    if request.method == "POST":
        if not request.user.has_perm(CHANGE):
            return HttpResponse(status=403)
        fault = _save(request, held)
        if not fault:
            messages.success(
                request, _("Saved. Mails that are sent already say what it said before, until published again.")
            )
            return HttpResponseRedirect(reverse("notifications:shared-block", args=[key]))
    blocks = _read(held)
    uses = find_uses().get(key, Uses())
    return show_screen(
        request, "notifications/console/shared_block.html", title=held.name, held=held, fault=fault, uses=uses,
        parts=[(block, _named(block, request.POST)) for block, _level, _depth in walk(blocks)],
        late=behind(uses), to_mend=[one.reason for one in find_faults(blocks)], may_edit=request.user.has_perm(CHANGE),
        may_publish=request.user.has_perm(PUBLISH), opened=request.POST.get("opened") or held.updated_at.isoformat(),
        given_name=request.POST.get("block_name", held.name),
    )  # fmt: skip


@require_POST
@staff_screen(PUBLISH)
def publish_again(request: HttpRequest, key: str) -> HttpResponse:
    """Publish the mails that are behind; each that stays as it was is named with the reason."""
    held = get_object_or_404(SavedBlock, key=key)
    results = republish(key, author=author_of(request))
    if done := [one.ref for one in results if one.ref]:
        said = ngettext(
            "%(count)s mail was published again: %(refs)s.",
            "%(count)s mails were published again: %(refs)s.",
            len(done),
        )
        messages.success(request, said % {"count": len(done), "refs": ", ".join(done)})
        note_action(request, held, f"Published again with it: {', '.join(done)}")
    for one in results:
        if one.refused:
            messages.error(request, f"{one.publication.version.ref}: {one.refused}")
    return HttpResponseRedirect(reverse("notifications:shared-block", args=[key]))


@require_POST
@staff_screen("notifications.delete_savedblock")
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Forget a block, where nothing uses it."""
    held = get_object_or_404(SavedBlock, key=key)
    try:
        remove_block(key)
    except InUse:
        messages.error(request, _("It is used, so it was not removed. Take it out of the mails first."))
        return HttpResponseRedirect(reverse("notifications:shared-block", args=[key]))
    note_action(request, held, f"Removed the saved block {key}.")
    messages.success(request, _("%(name)s was removed.") % {"name": held.name})
    return HttpResponseRedirect(reverse("notifications:shared-blocks"))


def _save(request: HttpRequest, held: SavedBlock) -> str:
    """Why it could not be saved; "" where it was."""
    blocks, opened = _read(held), parse_datetime(request.POST.get("opened", ""))
    try:
        for block, _level, _depth in walk(blocks):
            blocks = change(blocks, block.id, read_fields(block, _of_block(block, request.POST)))
        name = request.POST.get("block_name", "").strip() or held.name
        change_block(held.key, blocks, name=name, opened=opened or held.updated_at, author=author_of(request))
    except ChangedMeanwhile:
        return _("Somebody else saved this block meanwhile. Copy your words, then load the page.")
    except ValidationError as error:
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    except BadTree as error:
        return str(error)
    return ""


def _read(held: SavedBlock) -> Blocks:
    try:
        return read_blocks(held.blocks)
    except BadTree:
        return ()


def _of_block(block: Block, posted: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of one block: all of them stand on one page, so each is named after its block."""
    start = f"{block.id}."
    return {name.removeprefix(start): posted[name] for name in posted if name.startswith(start)}


def _named(block: Block, posted: Mapping[str, Any]) -> list[Control]:
    """Its controls, with what was typed where it could not be saved."""
    given = _of_block(block, posted)
    return [
        replace(
            one,
            name=f"{block.id}.{one.name}",
            value=one.value if one.kind in {"tick", "rich"} else given.get(one.name, one.value),
        )
        for one in controls_of(block)
    ]
