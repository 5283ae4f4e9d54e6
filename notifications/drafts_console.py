"""How does staff write a mail? The block editor: every change is a revision, and the preview is the mail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from pydantic import ValidationError

from config import clock
from config.screens import show_screen, staff_screen
from notifications.amp_carriers import find_carriers
from notifications.block_forms import controls_of
from notifications.block_outline import offer_spots, outline_of
from notifications.compose.blocks.editing import find
from notifications.compose.blocks.sharing import used_in
from notifications.compose.blocks.tree import KINDS, BadTree
from notifications.compose.brands.models import Brand
from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.models import DraftRevision, TemplateDraft
from notifications.compose.drafts.publishing import publish_draft, refuse_unfinished
from notifications.compose.drafts.saving import Conflict, content_at, may_redo, may_undo, redo, save, take, undo
from notifications.compose.drafts.source import blocks_of, source_of
from notifications.compose.findings import SourceFault
from notifications.compose.pictures.encoding import MAX_BYTES, NoPicture
from notifications.compose.pictures.storing import store_picture
from notifications.compose.sync import layout_names
from notifications.differences import compare
from notifications.draft_actions import edit
from notifications.draft_preview import VIEWS, preview_draft
from notifications.gate_console import ask_gate, keep_override, show_gate
from notifications.history import note_action
from notifications.personas import HARD_CASES, Persona, find_persona
from notifications.preflight_gate import findings_of_draft
from notifications.templates_console import EDIT, PUBLISH, VIEW, author_of, read_time
from notifications.usages import types_using
from notifications.value_paths import value_paths


@staff_screen(VIEW)
def show_draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The editor; read-only for those who may only look."""
    draft = _draft(draft_id)
    context = {**_canvas(request, draft, request.GET.get("block", "")), **_preview(request, draft)}
    return show_screen(
        request, "notifications/console/draft.html", title=_("Edit %(name)s") % {"name": draft.template.name},
        is_fullwidth="1", views=VIEWS, cases=HARD_CASES, **context,
        types=[(one.key, one.title()) for one in types_using(draft.template.key)],
    )  # fmt: skip


@require_POST
@staff_screen(EDIT)
def act(request: HttpRequest, draft_id: int, action: str) -> HttpResponse:
    """One change, undo or redo. Answers with the list of blocks, and with the panel where another block is chosen."""
    draft, revision = _draft(draft_id), _number(request.POST.get("revision", ""))
    chosen, fault = request.POST.get("chosen", ""), ""
    try:
        if action in {"undo", "redo"}:
            (undo if action == "undo" else redo)(draft.pk, expected=revision)
        elif action == "take":
            take(draft.pk, _number(request.POST.get("number", "")), expected=revision, author=author_of(request))
        else:
            chosen = _edit(request, draft, action, revision)
    except Conflict as conflict:
        return _show_conflict(request, draft, conflict)
    except (BadTree, ValidationError) as error:
        fault = str(error) if isinstance(error, BadTree) else _reason(error)
    except KeyError:
        return HttpResponse(status=404)
    draft.refresh_from_db()
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(f"{reverse('notifications:draft', args=[draft.pk])}?block={chosen}")
    context = {**_canvas(request, draft, chosen), "fault": fault, "is_part": True}
    context["with_panel"] = action not in {"change", "head"}
    response = render(request, "notifications/fragments/draft_canvas.html", context)
    response["HX-Trigger-After-Settle"] = "draft-saved"
    return response


def _edit(request: HttpRequest, draft: TemplateDraft, action: str, revision: int) -> str:
    try:
        base = content_at(draft, revision)
    except DraftRevision.DoesNotExist:
        raise Conflict(theirs=draft.revision) from None
    content, chosen = edit(base, action, request.POST, author=author_of(request))
    save(draft.pk, content, expected=revision, author=author_of(request))
    return chosen


@staff_screen(VIEW)
def show_panel(request: HttpRequest, draft_id: int, block_id: str) -> HttpResponse:
    """The fields of one block."""
    draft = _draft(draft_id)
    context = {**_canvas(request, draft, block_id), "is_part": True, "with_panel": True}
    return render(request, "notifications/fragments/draft_canvas.html", context)


@staff_screen(VIEW)
def show_preview(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The mail as somebody would get it."""
    return render(request, "notifications/fragments/draft_preview.html", _preview(request, _draft(draft_id)))


@require_POST
@staff_screen(PUBLISH)
def publish(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Send what the draft says from now on, or from a time on."""
    draft = _draft(draft_id)
    due_at = read_time(request.POST.get("due_at", ""))
    due_at = due_at if due_at and due_at > clock.now() else None
    editor = HttpResponseRedirect(reverse("notifications:draft", args=[draft.pk]))
    try:
        content = content_at(draft)
        refuse_unfinished(content)
        findings = findings_of_draft(content, key=draft.template.key, locale=draft.locale)
        decision = ask_gate(request, draft.template, findings)
        if not decision.allowed:
            return show_gate(request, draft.template, decision, back=editor.url)
        version = publish_draft(
            draft.pk, expected=_number(request.POST.get("revision", "")), author=author_of(request),
            note=request.POST.get("note", "")[:500], due_at=due_at,
        )  # fmt: skip
    except Conflict:
        messages.error(request, _("Somebody else changed the draft. Look at it as it is now, then publish it."))
        return editor
    except SourceFault as fault:
        for one in fault.findings[:10]:
            messages.error(request, f"{one.file}: {one.reason}")
        return editor
    told = _("%(version)s will be sent from that time on.") if due_at else _("%(version)s is sent from now on.")
    keep_override(request, version, decision)
    note_action(request, draft.template, told % {"version": version.ref})
    messages.success(request, told % {"version": version.ref})
    return HttpResponseRedirect(reverse("notifications:template", args=[draft.template.key]))


@require_POST
@staff_screen(EDIT)
def upload(request: HttpRequest, draft_id: int) -> HttpResponse:
    """A picture for the chosen block; on to the change that puts it there."""
    file = request.FILES.get("file")
    try:
        if file is None or (file.size or 0) > MAX_BYTES:
            raise NoPicture(_("choose a file of at most 10 MB"))
        picture = store_picture(file.read(), name=file.name or "", author=author_of(request))
    except NoPicture as reason:
        return render(request, "notifications/fragments/picture_field.html", {"fault": str(reason), "name": "src"})
    response = render(request, "notifications/fragments/picture_field.html", {"value": picture.url, "name": "src"})
    response["HX-Trigger-After-Settle"] = "picture-stored"
    return response


def _draft(draft_id: int) -> TemplateDraft:
    return get_object_or_404(TemplateDraft.objects.select_related("template", "base__template"), pk=draft_id)


def _canvas(request: HttpRequest, draft: TemplateDraft, chosen: str) -> dict[str, Any]:
    content = content_at(draft)
    try:
        blocks, fault = blocks_of(content), ""
    except BadTree as broken:
        blocks, fault = (), str(broken)
    try:
        block = find(blocks, chosen)
    except BadTree:
        block = None
    return {
        "draft": draft, "content": content, "rows": outline_of(blocks), "spots": offer_spots(blocks, chosen),
        "chosen": chosen if block else "", "selected": block, "controls": controls_of(block) if block else [],
        "palette": [(name, kind.icon, kind.label, kind.hint) for name, kind in KINDS.items()],
        "layouts": layout_names(), "brands": list(Brand.objects.all()), "may_undo": may_undo(draft),
        "may_redo": may_redo(draft),
        "may_edit": request.user.has_perm(EDIT), "may_publish": request.user.has_perm(PUBLISH), "fault": fault,
        "paths": value_paths(draft.template.key),
        "used_in": used_in(str(getattr(block, "key", ""))) if block and block.kind == "saved" else [],
        "defaults": "\n".join(f"{path}: {value}" for path, value in content.defaults.items()),
    }  # fmt: skip


def _preview(request: HttpRequest, draft: TemplateDraft) -> dict[str, Any]:
    view = request.GET.get("view", "desktop")
    type_key = request.GET.get("type", "")
    persona = find_persona(request.GET.get("contact", ""), request.GET.get("case", ""), type_key=type_key)
    shown = preview_draft(
        content_at(draft), key=draft.template.key, locale=draft.locale, persona=persona or Persona(type_key=type_key),
        view=view,
    )  # fmt: skip
    return {
        "preview": shown, "view": view if view in VIEWS else "desktop", "draft": draft, "is_unknown": persona is None,
        "carriers": find_carriers() if view == "AMP" else None,
    }  # fmt: skip


def _show_conflict(request: HttpRequest, draft: TemplateDraft, conflict: Conflict) -> HttpResponse:
    """Both sides, where somebody else saved first; instead of the editor."""
    draft.refresh_from_db()
    theirs = DraftRevision.objects.get(draft=draft, number=draft.revision)
    ours = DraftRevision.objects.filter(draft=draft, number=conflict.ours or 0).first()
    context = {"draft": draft, "theirs": theirs, "ours": ours, "parts": _both(draft, ours) if ours else []}
    response = render(request, "notifications/fragments/draft_conflict.html", context)
    response["HX-Retarget"], response["HX-Reswap"] = "#editor", "innerHTML"
    return response


def _both(draft: TemplateDraft, ours: DraftRevision) -> list[tuple[str, Any]]:
    first, second = content_at(draft), DraftContent.model_validate(ours.content)
    parts = [
        (_("Subject"), compare(first.subject, second.subject)),
        (_("Content"), compare(_mjml(first), _mjml(second))),
    ]
    return [(name, rows) for name, rows in parts if rows]


def _mjml(content: DraftContent) -> str:
    try:
        return source_of(content, key="x").body.text
    except SourceFault:
        return content.mjml


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _reason(error: ValidationError) -> str:
    first = error.errors()[0]
    place, most = ".".join(map(str, first["loc"])), first.get("ctx", {}).get("max_length", 0)
    if first["type"] in {"string_too_long", "too_long"}:
        size = f"{most // 1024} KB" if most >= 1024 * 10 else _("%(most)d characters") % {"most": most}
        return _("%(place)s: larger than %(size)s, the most that it may have. It was not saved.") % {
            "place": place, "size": size,
        }  # fmt: skip
    return f"{place}: {first['msg'].removeprefix('Value error, ')}"
