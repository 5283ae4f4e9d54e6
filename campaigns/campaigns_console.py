"""What does staff see of campaigns, and how is one made, approved and stopped? Thin: domain functions decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from campaigns import live_page, plan_page
from campaigns.campaign_forms import ApprovalForm, NewCampaignForm, NoteForm
from campaigns.models import AuditEntry, Campaign
from campaigns.planning import approval, editing
from campaigns.planning.editing import Stale
from campaigns.screens import PLANNED, actor_of, make_row
from campaigns.sending import control
from campaigns.sending.states import RUNNING, Refused, S
from campaigns.variants import deciding
from config import clock
from config.screens import show_screen, staff_screen

VIEW, ADD, CHANGE = "campaigns.view_campaign", "campaigns.add_campaign", "campaigns.change_campaign"
APPROVE = "campaigns.approve_campaign"
_PAGE = 25
_GROUPS: dict[str, tuple[Campaign.State, ...]] = {
    "drafts": (S.DRAFT, S.IN_REVIEW),
    "scheduled": (S.SCHEDULED, S.REPEATING, S.MISSED),
    "sending": (*RUNNING, S.PAUSED),
    "done": (S.FINISHED, S.CANCELLED),
}


@staff_screen(VIEW)
def list_campaigns(request: HttpRequest) -> HttpResponse:
    """All campaigns, newest first; the part that moves is fetched anew."""
    group = request.GET.get("group", "")
    rows = Campaign.objects.select_related("topic", "template", "run")
    rows = rows.filter(state__in=_GROUPS[group]) if group in _GROUPS else rows
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    at = clock.now()
    context = {"page": page, "rows": [make_row(one, at=at) for one in page], "group": group, "groups": _groups()}
    if request.headers.get("HX-Request"):
        return render(request, "campaigns/fragments/campaigns.html", context)
    return show_screen(
        request, "campaigns/console/campaigns.html", title=_("Campaigns"), form=NewCampaignForm(),
        may_add=request.user.has_perm(ADD), is_fullwidth="1", **context,
    )  # fmt: skip


def _groups() -> list[tuple[str, str]]:
    return [
        ("", _("All")), ("drafts", _("Drafts")), ("scheduled", _("Scheduled")), ("sending", _("Sending")),
        ("done", _("Done")),
    ]  # fmt: skip


@require_POST
@staff_screen(ADD)
def add(request: HttpRequest) -> HttpResponse:
    """A new draft, and its page."""
    form = NewCampaignForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the campaign a name first."))
        return redirect("campaigns:campaigns")
    made = editing.create(form.cleaned_data["name"], by=actor_of(request.user))
    return redirect("campaigns:campaign", made.pk)


@staff_screen(VIEW)
def show_campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """A plan that is being written and approved, or a run with its receipt."""
    campaign = find(campaign_id)
    rights = {
        "may_change": request.user.has_perm(CHANGE), "may_approve": request.user.has_perm(APPROVE),
        "may_add": request.user.has_perm(ADD), "may_audit": request.user.has_perm("campaigns.view_auditentry"),
    }  # fmt: skip
    if campaign.state in PLANNED or not hasattr(campaign, "run"):
        return plan_page.show(request, campaign, rights)
    return live_page.show(request, campaign, rights)


@staff_screen(VIEW)
def show_audit(request: HttpRequest) -> HttpResponse:
    """Who did what, newest first; of one campaign where it is named."""
    if not request.user.has_perm("campaigns.view_auditentry"):
        raise PermissionDenied
    subject = request.GET.get("subject", "")
    entries = AuditEntry.objects.filter(subject=subject) if subject else AuditEntry.objects.all()
    page = Paginator(entries, 50).get_page(request.GET.get("page"))
    return show_screen(
        request, "campaigns/console/audit.html", title=_("Audit log"), page=page, subject=subject,
        entries=[(one, _differences(one)) for one in page],
    )  # fmt: skip


def _differences(entry: AuditEntry) -> list[tuple[str, Any, Any]]:
    before, after = ({name: _in_words(name, one) for name, one in side.items()} for side in (entry.before, entry.after))
    return [(name, before.get(name, ""), after.get(name, "")) for name in {**before, **after}]


def _in_words(name: str, value: Any) -> Any:
    """A value as people call it: states by their name, several with commas."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return dict(S.choices).get(value, value) if name == "state" else value


Act = Callable[[HttpRequest, Campaign], str]


@require_POST
@staff_screen(VIEW)
def act(request: HttpRequest, campaign_id: int, action: str) -> HttpResponse:
    """One of the acts below; who may not, and who was too late, is told so."""
    if action not in _ACTS:
        raise Http404("no such act")
    needed, run = _ACTS[action]
    if not any(request.user.has_perm(one) for one in needed):
        raise PermissionDenied
    campaign = find(campaign_id)
    try:
        said = run(request, campaign)
    except (Refused, Stale, approval.NotAllowed) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("campaigns:campaign", campaign_id)


def _ask(request: HttpRequest, campaign: Campaign) -> str:
    approval.ask(campaign, by=actor_of(request.user), at=clock.now())
    return _("Asked: somebody who may approve campaigns has to look at it now.")


def _take_back(request: HttpRequest, campaign: Campaign) -> str:
    form = NoteForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    approval.take_back(campaign, by=actor_of(request.user), at=clock.now(), note=note)
    return _("It is a draft again, and can be edited.")


def _approve(request: HttpRequest, campaign: Campaign) -> str:
    form = ApprovalForm(request.POST)
    if not form.is_valid():
        raise Refused(" ".join(map(str, form.non_field_errors())) or _("Load the page again, and then approve it."))
    sent = approval.approve(
        campaign.pk, revision=form.cleaned_data["revision"], by=actor_of(request.user), at=clock.now()
    )
    return _("Approved: it is leaving now.") if sent.state == S.FREEZING else _("Approved.")


def _pause(request: HttpRequest, campaign: Campaign) -> str:
    control.pause(campaign, at=clock.now(), by=actor_of(request.user), reason=request.POST.get("reason", "")[:120])
    return _("Paused. What was being handed over at this moment still goes.")


def _resume(request: HttpRequest, campaign: Campaign) -> str:
    control.resume(campaign, at=clock.now(), by=actor_of(request.user))
    return _("It goes on.")


def _cancel(request: HttpRequest, campaign: Campaign) -> str:
    withdrawn = control.cancel(campaign, at=clock.now(), by=actor_of(request.user))
    return ngettext("Stopped for good; %d mail was withdrawn.", "Stopped for good; %d mails were withdrawn.",
                    withdrawn) % withdrawn  # fmt: skip


def _send_missed(request: HttpRequest, campaign: Campaign) -> str:
    control.send_missed(campaign, at=clock.now(), by=actor_of(request.user))
    return _("It is leaving now.")


def _retry(request: HttpRequest, campaign: Campaign) -> str:
    found = control.retry_failed(campaign, at=clock.now(), by=actor_of(request.user))
    return ngettext("%d mail goes again.", "%d mails go again.", found.replayed) % found.replayed


def _choose(request: HttpRequest, campaign: Campaign) -> str:
    key = request.POST.get("variant", "")
    deciding.choose(campaign.pk, key, at=clock.now(), by=actor_of(request.user))
    return _("The rest gets %s.") % key.upper()


def _copy(request: HttpRequest, campaign: Campaign) -> str:
    made = editing.copy(campaign, by=actor_of(request.user))
    link = format_html('<a class="pr-link" href="{}">{}</a>', reverse("campaigns:campaign", args=[made.pk]), made.name)
    return format_html(_("Copied: {} is a draft."), link)


#: Act -> the permissions of which one is needed, and what it does. Stopping is open to whoever writes or approves.
_ACTS: dict[str, tuple[tuple[str, ...], Act]] = {
    "ask": ((CHANGE,), _ask),
    "take-back": ((CHANGE, APPROVE), _take_back),
    "approve": ((APPROVE,), _approve),
    "pause": ((CHANGE, APPROVE), _pause),
    "resume": ((APPROVE,), _resume),
    "cancel": ((CHANGE, APPROVE), _cancel),
    "send-missed": ((APPROVE,), _send_missed),
    "retry": ((APPROVE,), _retry),
    "choose": ((APPROVE,), _choose),
    "copy": ((ADD,), _copy),
}


def find(campaign_id: int) -> Campaign:
    """The campaign, with what every page shows of it."""
    rows = Campaign.objects.select_related(
        "topic", "template", "run", "asked_by", "approved_by", "created_by", "parent"
    )
    return get_object_or_404(rows, pk=campaign_id)
