"""What does the page of a campaign show before it runs? The builder, with audience, checks and plan beside it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from campaigns.audience.estimating import Estimate, read_estimate
from campaigns.audit import read_trail
from campaigns.campaign_forms import CampaignForm, NoteForm, initial_of
from campaigns.models import Campaign
from campaigns.planning import approval
from campaigns.planning.sentences import is_for_everybody, say_plan
from campaigns.planning.timing import home, say_when
from campaigns.screens import actor_of, tone_of
from campaigns.sending.states import S
from campaigns.variant_forms import ContentForms, show_forms
from campaigns.variants.advice import say_advice, usual_rate
from campaigns.variants.plan import is_test
from config import clock
from config.screens import show_screen

_TO_COME = frozenset({S.SCHEDULED, S.REPEATING})


def show(
    request: HttpRequest,
    campaign: Campaign,
    rights: dict[str, bool],
    form: CampaignForm | None = None,
    content: ContentForms | None = None,
) -> HttpResponse:
    """The whole page. Audience and checks are fetched by themselves, since they take longer."""
    form, content = form or CampaignForm(initial=initial_of(campaign)), content or show_forms(campaign)
    is_draft = campaign.state == S.DRAFT and rights["may_change"]
    if not is_draft:
        for field in form.fields.values():
            field.disabled = True
        content.disable()
    return show_screen(
        request, "campaigns/console/plan.html", title=campaign.name, form=form, content=content,
        is_draft=is_draft, tone=tone_of(campaign), zone=home().key, note_form=NoteForm(),
        windows=campaign.windows.all()[:10], trail=read_trail(campaign.source), is_fullwidth="1",
        goes=say_when(campaign, at=clock.now()) if campaign.state in _TO_COME else "",
        **review(request, campaign, rights), **rights,
    )  # fmt: skip


def review(request: HttpRequest, campaign: Campaign, rights: dict[str, bool]) -> dict[str, Any]:
    """What the section of review and approval needs."""
    at = clock.now()
    found = read_estimate(campaign.estimate)
    return {
        "campaign": campaign, "estimate": found if campaign.estimated_at else None,
        "plan": say_plan(campaign, found, at=at) if campaign.estimated_at else "",
        "advice": _advice(campaign, found),
        "is_typed": bool(campaign.estimated_at) and is_for_everybody(campaign, found),
        "why_not": approval.why_not(campaign, by=actor_of(request.user)),
    }  # fmt: skip


def _advice(campaign: Campaign, found: Estimate) -> str:
    """What a test of so many would see; "" without a test, or before people were counted."""
    if not is_test(campaign) or not campaign.estimated_at:
        return ""
    return say_advice(campaign, found.gets, usual_rate(campaign))
