"""What does staff see and do about warm-ups: the plans, how far each is, and why one does not grow?"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config import clock
from config.screens import show_screen, staff_screen
from notifications.delivery import warmup_plans
from notifications.delivery.domains.in_use import read_uses
from notifications.delivery.models import WarmupDay, WarmupPlan
from notifications.delivery.models.warmup import DEFAULT_STEPS
from notifications.delivery.warmup import day_of
from notifications.delivery.warmup_policy import REASONS, ceiling_of
from notifications.sending_forms import NewPlanForm, PlanForm
from notifications.warmup_chart import Chart, draw

_VIEW, _CHANGE = "notifications.view_warmupplan", "notifications.change_warmupplan"
_TABLE_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A plan, its days newest first, today's row (not saved while nothing was sent), and its picture."""

    plan: WarmupPlan
    today: WarmupDay
    days: tuple[WarmupDay, ...]
    chart: Chart
    held: str

    @property
    def number(self) -> int:
        """Today's place among the plan's days, from 1."""
        return min(self.plan.step, len(self.plan.steps) - 1) + 1

    @property
    def is_done(self) -> bool:
        """Whether the last step is reached."""
        return self.number == len(self.plan.steps)


@staff_screen(_VIEW)
def list_plans(request: HttpRequest) -> HttpResponse:
    """Every plan with its picture."""
    plans = WarmupPlan.objects.select_related("provider").order_by("provider__name", "from_domain")
    return show_screen(
        request, "notifications/console/warmups.html", title=_("Warm-up"), steps=DEFAULT_STEPS,
        progresses=[_progress(plan) for plan in plans], may_change=request.user.has_perm(_CHANGE),
    )  # fmt: skip


@staff_screen(_VIEW)
def show_plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """One plan: its picture, its days, and what can be done."""
    return _show(request, _find(plan_id))


def _show(request: HttpRequest, plan: WarmupPlan, form: PlanForm | None = None) -> HttpResponse:
    progress = _progress(plan)
    written = {"steps": ", ".join(map(str, plan.steps)), "step": progress.number}
    return show_screen(
        request, "notifications/console/warmup.html", title=f"{plan.provider.name}, {plan.from_domain}",
        progress=progress, plan=plan, form=form or PlanForm(initial=written),
        may_change=request.user.has_perm(_CHANGE),
    )  # fmt: skip


def _progress(plan: WarmupPlan) -> Progress:
    day = day_of(clock.now())
    days = list(plan.days.order_by("-day")[:_TABLE_DAYS])
    today = next((one for one in days if one.day == day), None)
    today = today or WarmupDay(plan=plan, day=day, ceiling=ceiling_of(plan.steps, plan.step))
    return Progress(
        plan=plan, today=today, days=tuple(days), chart=draw(plan, days[::-1], today=day),
        held=REASONS.get(plan.held_reason, plan.held_reason),
    )  # fmt: skip


@staff_screen(_CHANGE)
def new_plan(request: HttpRequest) -> HttpResponse:
    """Start a plan: a form, and what it says on the way back."""
    form = NewPlanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        written = form.cleaned_data
        plan = warmup_plans.start_plan(
            written["provider"].pk, written["from_domain"], steps=written["steps"], at=clock.now()
        )
        messages.success(request, _("The warm-up began: up to %(count)d mails today.") % {"count": plan.steps[0]})
        return redirect("notifications:warmup", plan.pk)
    return show_screen(
        request, "notifications/console/warmup_new.html", title=_("Start a warm-up"), form=form,
        domains=sorted(read_uses()),
    )  # fmt: skip


@require_POST
@staff_screen(_CHANGE)
def change_plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Other ceilings, or another place in them."""
    plan, form = _find(plan_id), PlanForm(request.POST)
    if not form.is_valid():
        return _show(request, plan, form)
    written = form.cleaned_data
    warmup_plans.change_plan(plan.pk, steps=written["steps"], step=written["step"] - 1, at=clock.now())
    messages.success(
        request, _("Saved. Today's ceiling is %(count)d.") % {"count": written["steps"][written["step"] - 1]}
    )
    return redirect("notifications:warmup", plan.pk)


@require_POST
@staff_screen(_CHANGE)
def pause_plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Keep the ceiling where it is."""
    warmup_plans.pause_plan(_find(plan_id).pk)
    messages.success(request, _("Paused: the ceiling stays where it is until you resume."))
    return redirect("notifications:warmup", plan_id)


@require_POST
@staff_screen(_CHANGE)
def resume_plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Let the ceiling grow again."""
    warmup_plans.resume_plan(_find(plan_id).pk)
    messages.success(request, _("Resumed: the next day that earns it has a higher ceiling."))
    return redirect("notifications:warmup", plan_id)


@require_POST
@staff_screen(_CHANGE)
def end_plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Lift the ceiling for good."""
    warmup_plans.end_plan(_find(plan_id).pk, at=clock.now())
    messages.success(request, _("The plan is ended: the account has no daily ceiling any more."))
    return redirect("notifications:warmups")


def _find(plan_id: int) -> WarmupPlan:
    return get_object_or_404(WarmupPlan.objects.select_related("provider"), pk=plan_id)
