"""How does staff build sign-up forms, see how they do, and put them into a site?"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config import clock
from config.screens import show_screen, staff_screen
from preferences.models import SignUpForm, Topic
from preferences.sign_up_builder import beginning, preview_page, save_form, snippet_page, written_of
from preferences.sign_up_figures import count_forms
from preferences.sign_up_forms import BuilderForm

_VIEW, _ADD, _CHANGE = (f"preferences.{action}_signupform" for action in ("view", "add", "change"))


@staff_screen(_VIEW)
def list_forms(request: HttpRequest) -> HttpResponse:
    """Every form with its figures."""
    forms = SignUpForm.objects.select_related("wording").prefetch_related("topics")
    return show_screen(
        request, "preferences/console/sign_up_forms.html", title=_("Sign-up forms"),
        figures=count_forms(forms, at=clock.now()), may_add=request.user.has_perm(_ADD),
        has_topics=Topic.objects.exists(),
    )  # fmt: skip


@staff_screen(_ADD)
def new_form(request: HttpRequest) -> HttpResponse:
    """A form that does not exist yet."""
    return _build(request, None)


@staff_screen(_VIEW)
def show_form(request: HttpRequest, form_id: int) -> HttpResponse:
    """A form: what it says, how it looks, how it does, and how it gets into a site."""
    form = get_object_or_404(SignUpForm.objects.select_related("wording"), pk=form_id)
    if request.method == "POST" and not request.user.has_perm(_CHANGE):
        return HttpResponse(_("You may look at forms, but not change them."), status=403)
    return _build(request, form)


def _build(request: HttpRequest, form: SignUpForm | None) -> HttpResponse:
    written = written_of(form) if form else beginning()
    fields = BuilderForm(request.POST or None, form=form, initial=written)
    if request.method == "POST" and fields.is_valid():
        version = form.wording.version if form else 0
        saved = save_form(form, fields.cleaned_data, by=int(request.user.pk or 0))
        messages.success(request, _say_saved(saved, version))
        return redirect("preferences:sign-up-form", saved.pk)
    may_change = request.user.has_perm(_CHANGE if form else _ADD)
    if not may_change:
        for field in fields.fields.values():
            field.disabled = True
    return show_screen(
        request, "preferences/console/sign_up_form.html", title=form.name if form else _("A new sign-up form"),
        form=form, fields=fields, may_change=may_change, preview=_preview(request.POST or written, fields),
        **(_of_saved(form) if form else {}),
    )  # fmt: skip


def _say_saved(saved: SignUpForm, version: int) -> str:
    if not version or saved.wording.version == version:
        return _("Saved.")
    return _(
        "Saved. The consent wording is now version %(version)d; forms in other sites show the old one until you put the"
        " new snippet there."
    ) % {"version": saved.wording.version}


def _of_saved(form: SignUpForm) -> dict[str, Any]:
    """What there is only once a form exists."""
    url = f"{settings.POSTRIDER_PUBLIC_URL}/s/{form.key}"
    [figures] = count_forms([form], at=clock.now())
    with translation.override(form.wording.locale):
        snippet = render_to_string(
            "preferences/public/snippet.html", {"page": snippet_page(form), "form": form, "url": url}
        )
        frame = render_to_string(
            "preferences/public/snippet_frame.html", {"form": form, "url": url, "height": _height(form)}
        )
    return {"url": url, "figures": figures, "snippet": snippet.strip(), "frame": frame.strip()}


def _height(form: SignUpForm) -> int:
    """About how high the form is in a frame, in rem; what does not fit can be scrolled."""
    offered = form.topics.count() if form.are_topics_offered else 0
    return 27 + 6 * (form.asks_first_name + form.asks_last_name) + (2 + 6 * offered if offered > 1 else 0)


@require_POST
@staff_screen(_VIEW)
def preview_form(request: HttpRequest) -> HttpResponse:
    """How a form would look with what the builder holds now."""
    fields = BuilderForm(request.POST)
    return show_screen(
        request, "preferences/console/sign_up_preview.html", title="", preview=_preview(request.POST, fields)
    )


def _preview(written: Any, fields: BuilderForm) -> str:
    """The page's HTML; what is typed may be wrong or half written."""
    typed = {name: written.get(name, "") for name in fields.fields}
    for name in ("are_topics_offered", "asks_first_name", "asks_last_name"):
        typed[name] = typed[name] in {True, "on", "True"}
    keys = written.getlist("topics") if hasattr(written, "getlist") else written.get("topics", [])
    topics = list(Topic.objects.filter(key__in=[key for key in keys if "\0" not in key]))
    locale = typed["locale"] if typed["locale"] in dict(settings.LANGUAGES) else "en"
    page = preview_page({**typed, "locale": locale}, topics)
    with translation.override(locale):
        context = {"page": page, "form": page.form, "answers": page.answers, "is_framed": False}
        return render_to_string("preferences/public/sign_up.html", context)
