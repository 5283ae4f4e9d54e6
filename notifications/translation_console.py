"""How does staff translate a mail? Block beside block, with what is missing or has changed since, in place."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from pydantic import ValidationError

from config.screens import show_screen, staff_screen
from notifications.compose.blocks.tree import BadTree
from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.models import TemplateDraft
from notifications.compose.drafts.saving import Conflict, content_at, open_draft, save
from notifications.compose.drafts.translating import only_in, pair_up, take_over, to_do, translate
from notifications.compose.locales import normal_locale
from notifications.compose.models import Template
from notifications.templates_console import EDIT, VIEW, author_of
from notifications.translations import find_original, language_states


@require_POST
@staff_screen(EDIT)
def start(request: HttpRequest, key: str) -> HttpResponse:
    """A draft in another language that says what the original says; then on to translating it."""
    template = get_object_or_404(Template, key=key)
    locale, original = normal_locale(request.POST.get("locale", "")), find_original(template)
    if not locale or original is None:
        written = request.POST.get("locale", "")[:20]
        messages.error(request, _("“%(locale)s” is no language, such as de or pt-BR.") % {"locale": written})
        return HttpResponseRedirect(reverse("notifications:template", args=[key]))
    content = original[0].model_copy(update={"translated": {}})
    open_draft(template, locale, content=content, author=author_of(request))
    return HttpResponseRedirect(reverse("notifications:translation", args=[key, locale]))


@staff_screen(VIEW)
def show_translation(request: HttpRequest, key: str, locale: str) -> HttpResponse:
    """Both languages side by side; those who may edit write in place."""
    template, draft, original = _three(key, locale)
    return show_screen(
        request, "notifications/console/translation.html",
        title=_("%(name)s in %(locale)s") % {"name": template.name, "locale": locale}, is_fullwidth="1",
        languages=language_states(template), original_ref=original[1],
        **_context(request, draft, original[0], content_at(draft)),
    )  # fmt: skip


@require_POST
@staff_screen(EDIT)
def act(request: HttpRequest, key: str, locale: str, action: str) -> HttpResponse:
    """Translate one block, or take over one that is missing. Answers with its row; what others write stays."""
    _template, draft, original = _three(key, locale)
    pair_id, revision = request.POST.get("pair", ""), request.POST.get("revision", "")
    base = content_at(draft)
    try:
        if action not in {"save", "take"}:
            raise Http404("no such action")
        if not revision.isdecimal() or draft.revision != int(revision):
            raise Conflict(theirs=draft.revision)
        changed = (
            translate(original[0], base, pair_id, request.POST)
            if action == "save"
            else take_over(original[0], base, pair_id)
        )
        save(draft.pk, changed, expected=draft.revision, author=author_of(request))
    except Conflict:
        return _refuse(
            request, draft, pair_id, _("Somebody else changed this draft. Copy your words, then load the page.")
        )
    except (BadTree, ValidationError) as error:
        return _refuse(request, draft, pair_id, str(error) if isinstance(error, BadTree) else error.errors()[0]["msg"])
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(reverse("notifications:translation", args=[key, locale]))
    draft.refresh_from_db()
    context = {**_context(request, draft, original[0], changed), "is_part": True}
    context["pair"] = next((one for one in context["pairs"] if one.id == pair_id), None)
    return render(request, "notifications/fragments/translation_row.html", context)


def _three(key: str, locale: str) -> tuple[Template, TemplateDraft, tuple[DraftContent, str]]:
    template = get_object_or_404(Template, key=key)
    draft = get_object_or_404(TemplateDraft.objects.select_related("template"), template=template, locale=locale)
    original = find_original(template)
    if original is None or not locale:
        raise Http404("there is nothing to translate")
    return template, draft, original


def _context(
    request: HttpRequest, draft: TemplateDraft, original: DraftContent, content: DraftContent
) -> dict[str, Any]:
    pairs = pair_up(original, content)
    return {
        "draft": draft, "pairs": pairs, "left": sum(1 for _pair in to_do(pairs)), "extra": only_in(content, original),
        "may_edit": request.user.has_perm(EDIT),
    }  # fmt: skip


def _refuse(request: HttpRequest, draft: TemplateDraft, pair_id: str, why: str) -> HttpResponse:
    """Said beside the block, which stays as it was written."""
    if not request.headers.get("HX-Request"):
        messages.error(request, why)
        return HttpResponseRedirect(reverse("notifications:translation", args=[draft.template.key, draft.locale]))
    response = render(request, "notifications/fragments/translation_refused.html", {"why": why})
    response["HX-Retarget"], response["HX-Reswap"] = f"#said-{pair_id}", "innerHTML"
    return response
