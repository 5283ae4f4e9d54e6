"""How does staff try a mail in real mailboxes? A test to addresses and seed lists, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config import clock
from config.screens import show_screen, staff_screen
from notifications.compose.findings import SourceFault
from notifications.compose.models import Template
from notifications.compose.render import RenderFault
from notifications.delivery.models import SeedList, TemplateTest
from notifications.delivery.template_tests import NotSendable, Trial, messages_of, send_tests
from notifications.editions import find_edition, offer_editions
from notifications.explanation import explain, in_words, phase_of
from notifications.history import note_action
from notifications.template_test_forms import SeedListForm, TemplateTestForm
from notifications.template_trials import trial_of
from notifications.templates_console import VIEW, author_of
from tracking.models import Message

SEND = "notifications.add_templatetest"
CHANGE_LISTS = "notifications.change_seedlist"
SHOWN_TESTS = 10

_OPEN = frozenset({"queued", "claimed", "sending", "retrying"})
_TONES = {"sent": "good", "delivered": "good", "skipped": "warn", "deferred": "warn", "unknown": "warn",
          "failed": "bad", "dead": "bad", "expired": "bad", "cancelled": "bad"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One mail of a test: where it is and why, with the colour that it is shown in."""

    message: Message
    state: str
    tone: str
    sentence: str


@staff_screen(SEND)
def new_test(request: HttpRequest, key: str) -> HttpResponse:
    """Say what goes to whom, read as whom; then on to what became of it."""
    template = get_object_or_404(Template, key=key)
    subjects = offer_editions(template)
    if request.method == "POST":
        form = TemplateTestForm(request.POST, template_key=key, subjects=subjects)
        if form.is_valid() and (test := _send(request, template, form)):
            return HttpResponseRedirect(reverse("notifications:template-test", args=[key, test.pk]))
    else:
        form = TemplateTestForm(template_key=key, subjects=subjects, initial=_initial(request))
    return show_screen(
        request, "notifications/console/template_test_new.html",
        title=_("Test %(name)s") % {"name": template.name}, shown=template, form=form, has_subjects=bool(subjects),
        tests=template.tests.all()[:SHOWN_TESTS], may_change_lists=request.user.has_perm(CHANGE_LISTS),
    )  # fmt: skip


@staff_screen(VIEW)
def show_test(request: HttpRequest, key: str, test_id: int) -> HttpResponse:
    """What became of each mail; asked again until nothing is under way any more."""
    test = get_object_or_404(
        TemplateTest.objects.select_related("template", "as_contact"), pk=test_id, template__key=key
    )
    outcomes = [_outcome(message) for message in messages_of(test)]
    context = {"test": test, "outcomes": outcomes, "is_open": any(one.state in _OPEN for one in outcomes)}
    if request.headers.get("HX-Request"):
        return render(request, "notifications/fragments/template_test_mails.html", context)
    return show_screen(
        request, "notifications/console/template_test.html", title=_("Test of %(ref)s") % {"ref": test.ref}, **context
    )


@staff_screen(VIEW)
def list_seed_lists(request: HttpRequest) -> HttpResponse:
    """The addresses that are kept for tests."""
    return show_screen(
        request, "notifications/console/seed_lists.html", title=_("Seed lists"), lists=SeedList.objects.all(),
        may_change=request.user.has_perm(CHANGE_LISTS),
    )  # fmt: skip


@staff_screen(CHANGE_LISTS)
def edit_seed_list(request: HttpRequest, list_id: int = 0) -> HttpResponse:
    """Write a list, or a new one."""
    held = get_object_or_404(SeedList, pk=list_id) if list_id else None
    initial = {"name": held.name, "addresses": "\n".join(held.addresses)} if held else {}
    form = SeedListForm(request.POST or None, seed_list=held, initial=initial)
    if request.method == "POST" and form.is_valid():
        row = held or SeedList()
        row.name, row.addresses, row.author = (
            form.cleaned_data["name"],
            form.cleaned_data["addresses"],
            author_of(request),
        )
        row.save()
        note_action(request, row, f"Saved with {len(row.addresses)} addresses.")
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("notifications:seed-lists"))
    return show_screen(
        request, "notifications/console/seed_list.html", title=held.name if held else _("New seed list"), form=form,
        seed_list=held,
    )  # fmt: skip


@require_POST
@staff_screen("notifications.delete_seedlist")
def remove_seed_list(request: HttpRequest, list_id: int) -> HttpResponse:
    """Forget a list; the tests that went to it stay in the log."""
    held = get_object_or_404(SeedList, pk=list_id)
    note_action(request, held, "Removed.")
    held.delete()
    messages.success(request, _("%(name)s was removed.") % {"name": held.name})
    return HttpResponseRedirect(reverse("notifications:seed-lists"))


def _initial(request: HttpRequest) -> dict[str, Any]:
    return {
        "subject": request.GET.get("subject", ""), "case": request.GET.get("case", ""),
        "person": request.GET.get("person", ""), "type": request.GET.get("type", ""),
        "addresses": getattr(request.user, "email", ""),
    }  # fmt: skip


def _send(request: HttpRequest, template: Template, form: TemplateTestForm) -> TemplateTest | None:
    """None where it cannot be sent; the form says why."""
    try:
        trial = _trial(request, template, form.cleaned_data)
        test = send_tests(trial, form.cleaned_data["readers"], author=author_of(request), at=clock.now())
    except SourceFault as fault:
        for one in fault.findings[:10]:
            form.add_error("subject", _("It does not compile yet: %(fault)s") % {"fault": one})
        return None
    except RenderFault as fault:
        form.add_error("subject", f"{in_words(fault.reason)}: {fault.detail}")
        return None
    except NotSendable as reason:
        form.add_error(None, str(reason))
        return None
    note_action(request, template, f"Sent a test of {test.ref} to {test.mails} addresses.")
    return test


def _trial(request: HttpRequest, template: Template, given: dict[str, Any]) -> Trial:
    edition = find_edition(template, given["subject"])
    if edition is None:
        raise NotSendable(_("That draft or version is not there any more."))
    return trial_of(edition, given["persona"], stream=given["stream"], author=author_of(request))


def _outcome(message: Message) -> Outcome:
    phase = phase_of(message)
    sentence = explain(message, phase=phase)
    return Outcome(message=message, state=phase, tone=_TONES.get(phase, "busy"), sentence=sentence)
