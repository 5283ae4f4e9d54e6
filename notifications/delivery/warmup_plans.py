"""How does staff start, change, pause and end a warm-up plan? Days in progress follow at once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from config.queues import STREAMS
from notifications.delivery import alerts, outbox, warmup
from notifications.delivery.domains.names import normalise_domain, spelt
from notifications.delivery.models import WarmupDay, WarmupPlan
from notifications.delivery.senders import identity_of
from notifications.delivery.warmup_policy import ceiling_of

MOST_STEPS = 60
HIGHEST_STEP = 10_000_000
#: Mails that a plan's end makes due at once; the others come when they were to, within a day.
MOST_RELEASED = 200_000


class BadSteps(ValueError):
    """The daily ceilings make no plan; the message says why."""


def read_steps(text: str) -> list[int]:
    """Ceilings as people write them: "50, 100, 250" or one a line, thousands with or without "_". Raises BadSteps."""
    words = text.replace(",", " ").replace("_", "").split()
    if not all(word.isascii() and word.isdigit() for word in words):
        raise BadSteps("Write whole numbers, separated by commas: 50, 100, 250.")
    steps = [int(word) for word in words]
    if not 1 <= len(steps) <= MOST_STEPS:
        raise BadSteps(f"A plan has between 1 and {MOST_STEPS} days.")
    if min(steps) < 1 or max(steps) > HIGHEST_STEP:
        raise BadSteps(f"A day's ceiling is between 1 and {HIGHEST_STEP:,}.")
    if steps != sorted(steps):
        raise BadSteps("A day's ceiling is never below the one before it.")
    return steps


@transaction.atomic
def start_plan(provider_id: int, from_domain: str, *, steps: list[int], at: datetime) -> WarmupPlan:
    """Begin today with the first ceiling. Raises BadDomain; an account has one plan a domain."""
    plan = WarmupPlan.objects.create(
        provider_id=provider_id, from_domain=normalise_domain(from_domain), steps=steps, started_at=at
    )
    warmup.open_day(plan.pk, warmup.day_of(at))
    transaction.on_commit(warmup.forget)
    return plan


@transaction.atomic
def change_plan(plan_id: int, *, steps: list[int], step: int, at: datetime) -> None:
    """Set other ceilings and where in them today stands; what was sent today stays counted."""
    plan = WarmupPlan.objects.select_for_update().get(pk=plan_id)
    plan.steps, plan.step = steps, min(max(step, 0), len(steps) - 1)
    plan.save(update_fields=["steps", "step"])
    WarmupDay.objects.filter(plan=plan, day=warmup.day_of(at)).update(ceiling=ceiling_of(plan.steps, plan.step))
    _release(plan.from_domain, most=warmup.allowance(plan.provider_id, plan.from_domain, at=at) or 0, at=at)


@transaction.atomic
def pause_plan(plan_id: int) -> None:
    """Keep the ceiling where it is until somebody resumes the plan."""
    WarmupPlan.objects.filter(pk=plan_id).update(is_active=False)


@transaction.atomic
def resume_plan(plan_id: int) -> None:
    """Let the ceiling grow again, from the next day that earns it."""
    WarmupPlan.objects.filter(pk=plan_id).update(is_active=True)


@transaction.atomic
def end_plan(plan_id: int, *, at: datetime) -> None:
    """Lift the ceiling: the account may send as much as its limits allow, and what waited for another day goes.

    The plan's days are forgotten.
    """
    plan = WarmupPlan.objects.select_related("provider").select_for_update(of=("self",)).get(pk=plan_id)
    alerts.clear_alert(warmup.ALERT, warmup.alert_subject(plan))
    plan.delete()
    transaction.on_commit(warmup.forget)
    _release(plan.from_domain, most=MOST_RELEASED, at=at)


def _release(from_domain: str, *, most: int, at: datetime) -> None:
    """Let mail from this domain go that waits because no account had room for it today."""
    for stream in STREAMS:
        if most > 0 and spelt(identity_of(stream).domain) == from_domain:
            most -= outbox.release(stream, reason=warmup.DEFERRED, most=most, at=at)
