"""What does staff do with templates? Look at them and their versions, compare, publish, roll back, plan, edit."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config import clock
from config.screens import show_screen, staff_screen
from notifications.compose.brands.values import complete, flatten
from notifications.compose.drafts.content import DraftContent, content_of, content_of_source
from notifications.compose.drafts.saving import copy_to_edit, open_draft, start_template
from notifications.compose.locales import normal_locale
from notifications.compose.models import Template, TemplateVersion
from notifications.compose.publications import call_off, plan_publication, publish_version
from notifications.compose.source import KEY
from notifications.compose.sync import layout_names
from notifications.differences import compare
from notifications.gallery.starters import all_starters, find_starter
from notifications.gate_console import ask_gate, keep_override, show_gate
from notifications.history import note_action
from notifications.preflight_gate import findings_of_version
from notifications.preview import render_sample
from notifications.template_states import find_states, state_of

VIEW, EDIT, PUBLISH = (
    "notifications.view_template",
    "notifications.change_templatedraft",
    "notifications.add_publication",
)
SHOWN_VERSIONS = 50


def author_of(request: HttpRequest) -> str:
    """Who did it, for a version's or revision's row."""
    return request.user.get_username()


@staff_screen(VIEW)
def list_templates(request: HttpRequest) -> HttpResponse:
    """Every template: where it is written, what is sent, what is being written."""
    return show_screen(
        request, "notifications/console/templates.html", title=_("Templates"), states=find_states(),
        may_edit=request.user.has_perm(EDIT),
    )  # fmt: skip


@staff_screen(VIEW)
def show_template(request: HttpRequest, key: str) -> HttpResponse:
    """One template: what is sent in each language, its drafts, its versions."""
    template = get_object_or_404(Template.objects.prefetch_related("publications__version__template"), key=key)
    versions = template.versions.filter(base=None).select_related("template").prefetch_related("overrides")
    versions = versions.defer("compiled", "mjml_source", "blocks")
    return show_screen(
        request, "notifications/console/template.html", title=template.name, state=state_of(template),
        versions=versions[:SHOWN_VERSIONS], may_edit=request.user.has_perm(EDIT),
        may_publish=request.user.has_perm(PUBLISH), sent={one.version_id for one in template.publications.all()},
    )  # fmt: skip


@staff_screen(EDIT)
def new_template(request: HttpRequest) -> HttpResponse:
    """Start a template, empty in a layout or from the gallery; then on to the editor."""
    fault, starter = "", find_starter((request.POST or request.GET).get("starter", ""))
    if request.method == "POST":
        key, name = request.POST.get("key", "").strip(), request.POST.get("name", "").strip()[:200]
        layout = request.POST.get("layout", "")
        if not KEY.fullmatch(key) or len(key) > 100:
            fault = _("A key is made of small letters, digits and hyphens, such as spring-news.")
        elif starter is None and layout not in layout_names():
            fault = _("Choose a layout.")
        else:
            try:
                content = content_of_source(starter.read()) if starter else DraftContent(layout=layout, blocks=[])
                draft = start_template(key, name=name or key, content=content, author=author_of(request))
            except IntegrityError:
                fault = _("There is a template with this key already.")
            else:
                return HttpResponseRedirect(reverse("notifications:draft", args=[draft.pk]))
    return show_screen(
        request, "notifications/console/template_new.html", title=_("New template"), fault=fault,
        layouts=layout_names(), given=request.POST, starters=all_starters(), starter=starter,
    )  # fmt: skip


@require_POST
@staff_screen(EDIT)
def edit_version(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Copy a version into the draft of its language, or of another one."""
    version = _version(key, number)
    locale = request.POST.get("locale", "").strip()
    if locale and locale != version.locale:
        normal = normal_locale(locale)
        if not normal:
            messages.error(request, _("“%(locale)s” is no language, such as de or pt-BR.") % {"locale": locale[:20]})
            return HttpResponseRedirect(reverse("notifications:template", args=[key]))
        draft = open_draft(version.template, normal, content=content_of(version), author=author_of(request))
    else:
        draft = copy_to_edit(version, author=author_of(request))
    return HttpResponseRedirect(reverse("notifications:draft", args=[draft.pk]))


@require_POST
@staff_screen(PUBLISH)
def publish(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Send a version from now on, or from the time that was given."""
    version = _version(key, number)
    decision = ask_gate(request, version.template, findings_of_version(version))
    if not decision.allowed:
        return show_gate(request, version.template, decision, back=reverse("notifications:template", args=[key]))
    keep_override(request, version, decision)
    due_at = read_time(request.POST.get("due_at", ""))
    if due_at and due_at > clock.now():
        plan_publication(version, due_at=due_at, author=author_of(request))
        when = f"{due_at:%d %b %Y %H:%M}"
        told = _("%(version)s will be sent from %(time)s UTC on.") % {"version": version.ref, "time": when}
    else:
        publish_version(version, author=author_of(request))
        told = _("%(version)s is sent from now on.") % {"version": version.ref}
    note_action(request, version.template, told)
    messages.success(request, told)
    return HttpResponseRedirect(reverse("notifications:template", args=[key]))


@require_POST
@staff_screen(PUBLISH)
def call_off_plan(request: HttpRequest, key: str) -> HttpResponse:
    """Forget what was planned for a language."""
    template = get_object_or_404(Template, key=key)
    if call_off(template, request.POST.get("locale", "")):
        note_action(request, template, "Called the planned publication off.")
        messages.success(request, _("Called off. What is sent stays as it is."))
    return HttpResponseRedirect(reverse("notifications:template", args=[key]))


@staff_screen(VIEW)
def compare_versions(request: HttpRequest, key: str, old: int, new: int) -> HttpResponse:
    """Two versions side by side: as they look, and line by line."""
    before, after = _version(key, old), _version(key, new)
    parts = [
        (_("Subject"), compare(before.subject_source, after.subject_source)),
        (_("Preheader"), compare(before.preheader_source, after.preheader_source)),
        (_("Brand"), compare(_brand_lines(before), _brand_lines(after))),
        (_("MJML"), compare(before.mjml_source, after.mjml_source)),
        (_("Text part"), compare(before.text_source, after.text_source)),
        (_("AMP part"), compare(before.amp_source, after.amp_source)),
        (_("Text message"), compare(before.sms_source, after.sms_source)),
    ]
    return show_screen(
        request, "notifications/console/template_compare.html",
        title=_("%(old)s and %(new)s") % {"old": before.ref, "new": after.ref}, shown=after.template,
        sides=[(before, render_sample(before)), (after, render_sample(after))],
        parts=[(name, rows) for name, rows in parts if rows], layouts=(before.layout, after.layout),
    )  # fmt: skip


def _brand_lines(version: TemplateVersion) -> str:
    return "\n".join(f"{path}: {value}" for path, value in flatten(complete(version.brand)))


def read_time(text: str) -> datetime | None:
    """What a field for date and time holds, as UTC; None where it holds none."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def _version(key: str, number: int) -> TemplateVersion:
    return get_object_or_404(TemplateVersion.objects.select_related("template"), template__key=key, number=number)
