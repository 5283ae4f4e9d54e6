"""What does the builder fetch as a marketer works? Saving, the audience and its people, checks and the preview."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns import plan_page
from campaigns.audience.estimating import GETS, estimate, sample_people
from campaigns.audience.parts import BadAudience, read_audience
from campaigns.audience.reasons import STEPS, in_words
from campaigns.campaign_forms import CampaignForm, initial_of
from campaigns.campaigns_console import APPROVE, CHANGE, VIEW, find
from campaigns.models import Campaign
from campaigns.planning import editing
from campaigns.planning.checks import check
from campaigns.planning.contents import preview_for
from campaigns.screens import actor_of
from campaigns.sending.receipt import NEVER_FED
from campaigns.sending.recipients import find_recipients
from campaigns.sending.states import Refused
from campaigns.variant_forms import read_forms, show_forms
from campaigns.variants.plan import LETTERS, template_of, variants_of
from config import clock
from config.screens import page_of, show_screen, staff_screen
from notifications.compose.preflight.findings import Severity
from notifications.preflight_readers import find_contact
from preferences.models import Contact

_PEOPLE_PAGE = 50


@require_POST
@staff_screen(CHANGE)
def save(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Store the draft; for htmx answer with what follows from it, else with the page."""
    campaign = find(campaign_id)
    form, content = CampaignForm(request.POST), read_forms(campaign, request.POST)
    is_quiet = bool(request.headers.get("HX-Request"))
    if not all([form.is_valid(), content is None or content.is_valid()]):
        if is_quiet:
            faults = [*_faults(form), *(content.faults() if content else [])]
            return render(request, "campaigns/fragments/not_saved.html", {"faults": faults})
        return plan_page.show(request, campaign, _rights(request), form, content)
    changes = {**form.changes(), **(content.changes(request.GET.get("change", "")) if content else {})}
    try:
        revision = int(request.POST.get("revision", "0") or 0)
        saved = editing.save(campaign.pk, changes, revision=revision, by=actor_of(request.user), at=clock.now())
    except (editing.Stale, Refused) as refusal:
        if is_quiet:
            return render(request, "campaigns/fragments/not_saved.html", {"faults": [str(refusal)], "is_stale": True})
        messages.error(request, str(refusal))
        return redirect("campaigns:campaign", campaign_id)
    if not is_quiet:
        messages.success(request, _("Saved."))
        return redirect("campaigns:campaign", campaign_id)
    answer = render(request, "campaigns/fragments/saved.html", _saved(campaign, saved))
    answer["HX-Trigger"] = "saved"  # audience, checks and preview follow
    return answer


def _saved(before: Campaign, saved: Campaign) -> dict[str, Any]:
    """What the page takes over; the fields of the content where others are wanted now."""
    context: dict[str, Any] = {"campaign": find(saved.pk), "at": clock.now()}
    if _shape(before) != _shape(saved):
        form = CampaignForm(initial=initial_of(saved))
        context |= {"form": form, "content": show_forms(saved), "is_draft": True, "has_new_fields": True}
    return context


def _shape(campaign: Campaign) -> list[int | None]:
    return [template_of(campaign, one) for one in variants_of(campaign)]


def _faults(form: CampaignForm) -> list[str]:
    return [f"{form[name].label}: {error}" if name in form.fields else str(error)
            for name, errors in form.errors.items() for error in errors]  # fmt: skip


def _rights(request: HttpRequest) -> dict[str, bool]:
    return {
        "may_change": request.user.has_perm(CHANGE), "may_approve": request.user.has_perm(APPROVE), "may_add": True,
        "may_audit": request.user.has_perm("campaigns.view_auditentry"),
    }  # fmt: skip


@staff_screen(VIEW)
def show_audience(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Count now: the waterfall, and the plan that follows from it."""
    campaign, fault = find(campaign_id), ""
    if campaign.topic is None:
        fault = _("Choose a topic first: whether people may be written to depends on it.")
    elif read_audience(campaign.audience).is_empty:
        fault = _("Choose whom you mean: everybody, segments or lists.")
    else:
        try:
            estimate(campaign, at=clock.now())
        except BadAudience as bad:
            fault = str(bad)
    context: dict[str, Any] = {"fault": fault, **plan_page.review(request, find(campaign_id), _rights(request))}
    answer = render(request, "campaigns/fragments/audience.html", {**context, **_rights(request)})
    answer["HX-Trigger"] = "counted"  # the checks look at the number
    return answer


@staff_screen(VIEW)
def show_sample(request: HttpRequest, campaign_id: int, step: str) -> HttpResponse:
    """Some of the people of one step."""
    campaign = find(campaign_id)
    people: list[Contact] = []
    if campaign.topic is not None:
        try:
            people = sample_people(campaign, step, at=clock.now())
        except BadAudience:
            people = []
    label = _("They would get it") if step == GETS else next((one.label for one in STEPS if one.key == step), "")
    return render(
        request, "campaigns/fragments/sample.html", {"people": [(one, page_of(one)) for one in people], "label": label}
    )


@staff_screen(VIEW)
def show_checks(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """What must and what should be mended."""
    findings = check(find(campaign_id), at=clock.now())
    headings = {
        Severity.STOP: ("bad", _("Must be mended")), Severity.WARN: ("warn", _("Should be mended")),
        Severity.INFORM: ("plain", _("Good to know")),
    }  # fmt: skip
    sections = [(*headings[one], [two for two in findings if two.severity == one]) for one in Severity]
    return render(request, "campaigns/fragments/checks.html", {"sections": [one for one in sections if one[2]]})


@staff_screen(VIEW)
def show_preview(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """The mail as one contact would get it."""
    campaign, wanted = find(campaign_id), request.GET.get("as", "").strip()
    contact_id = find_contact(wanted) if wanted else None
    keys = [one.key for one in variants_of(campaign)]
    variant = request.GET.get("variant", "")
    shown = preview_for(campaign, contact_id, variant if variant in keys else LETTERS[0])
    return render(
        request, "campaigns/fragments/preview.html",
        {"shown": shown, "is_unknown": bool(wanted) and contact_id is None, "wanted": wanted,
         "contact": Contact.objects.filter(pk=contact_id).first() if contact_id else None},
    )  # fmt: skip


@staff_screen(VIEW)
def list_people(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """The recipients of which one reason holds, as they were frozen."""
    campaign, reason, variant = find(campaign_id), request.GET.get("reason", ""), request.GET.get("variant", "")
    rows = find_recipients(campaign, reason=reason, variant=variant)
    label = in_words(reason) if reason else _("Gets it")
    if reason == NEVER_FED:
        label = _("Not handed over")
    elif variant:
        label = _("Variant %s of the test") % variant.upper()
    page = Paginator(rows, _PEOPLE_PAGE).get_page(request.GET.get("page"))
    shown = urlencode({"variant": variant} if variant else {"reason": reason})
    return show_screen(
        request, "campaigns/console/people.html", title=f"{campaign.name}: {label}", campaign=campaign, label=label,
        shown=shown, page=page, people=[(one, page_of(one.contact)) for one in page],
    )  # fmt: skip
