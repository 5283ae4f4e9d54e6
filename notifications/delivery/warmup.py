"""How much may a young account send today? Daily ceilings that grow while they do no harm.

One day row is what workers meet on: they take from it in the gate's transaction, after contacts and holds. Each takes
from one plan only, and a plan's row always comes before its days', so that no two wait for each other.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from time import monotonic
from uuid import UUID

from django.db import connection, transaction

from notifications.delivery import alerts
from notifications.delivery.domains.names import spelt
from notifications.delivery.models import WarmupDay, WarmupPlan
from notifications.delivery.warmup_policy import DayCount, ceiling_of, judge_day

#: A new plan is known to every process within this time.
REMEMBERED_SECONDS = 10
#: Mail that waits for the next day comes back spread over so much of it.
SPREAD = timedelta(hours=2)
ALERT = "warmup_held"

#: Why mail waits here, and in words for screens.
DEFERRED = "warmup"
REASONS: dict[str, str] = {DEFERRED: "The account's warm-up allows no more mail today"}

# The day's row is locked first, so that what is granted is counted from what the other worker left. One statement,
# because it is on the way of every call of a young account.
_TAKE = """
    UPDATE notifications_warmupday AS d SET sent = d.sent + free.granted
      FROM (SELECT day.id, least(%(wanted)s, greatest(day.ceiling - day.sent, 0)) AS granted
              FROM notifications_warmupday day JOIN notifications_warmupplan plan ON plan.id = day.plan_id
             WHERE plan.provider_id = %(provider)s AND plan.from_domain = %(domain)s AND day.day = %(day)s
               FOR UPDATE OF day) AS free
     WHERE d.id = free.id RETURNING free.granted
"""


def allowance(provider_id: int, from_domain: str, *, at: datetime) -> int | None:
    """How many mails may still leave today; None where no plan says anything. Reads only."""
    plan = _find_plan(provider_id, from_domain)
    if plan is None:
        return None
    today = plan.days.filter(day=day_of(at)).first()
    if today is not None:
        return max(today.ceiling - today.sent, 0)
    return ceiling_of(plan.steps, _foresee(plan, day_of(at))[0])


def reserve(provider_id: int, from_domain: str, *, wanted: int, at: datetime) -> int:
    """Take up to `wanted` mails from the day's ceiling, inside the caller's transaction; return how many may go.

    All of them where there is no plan.
    """
    if not _is_planned(provider_id, from_domain):
        return wanted
    granted = _take(provider_id, from_domain, wanted=wanted, at=at)
    if granted is None:
        plan = _find_plan(provider_id, from_domain)
        if plan is None:
            return wanted
        open_day(plan.pk, day_of(at))
        granted = _take(provider_id, from_domain, wanted=wanted, at=at)
    return granted or 0


def give_back(provider_id: int, from_domain: str, *, count: int, at: datetime) -> None:
    """Return what was reserved at `at` for mail that no provider accepted."""
    if count <= 0 or not _is_planned(provider_id, from_domain):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_warmupday d SET sent = greatest(d.sent - %s, 0) FROM notifications_warmupplan p"
            " WHERE p.id = d.plan_id AND p.provider_id = %s AND p.from_domain = %s AND d.day = %s",
            [count, provider_id, spelt(from_domain), day_of(at)],
        )


def next_day(at: datetime, message_id: UUID) -> datetime:
    """When a mail that found the day full comes back: after the next midnight (UTC), each at a time of its own."""
    midnight = datetime.combine(day_of(at) + timedelta(days=1), time(), tzinfo=UTC)
    share = int.from_bytes(hashlib.blake2b(message_id.bytes, digest_size=4).digest(), "big") / 2**32
    return midnight + share * SPREAD


def day_of(at: datetime) -> date:
    """The day that a moment counts for: ceilings are by UTC."""
    return at.astimezone(UTC).date()


@transaction.atomic
def open_day(plan_id: int, day: date) -> WarmupDay:
    """The day's row; made with the ceiling that the day before it earned. Each day is judged once."""
    plan = WarmupPlan.objects.select_for_update().select_related("provider").get(pk=plan_id)
    existing = plan.days.filter(day=day).first()
    if existing is not None:
        return existing
    plan.step, plan.held_reason = _foresee(plan, day)
    plan.save(update_fields=["step", "held_reason"])
    tell(plan)
    return WarmupDay.objects.create(plan=plan, day=day, ceiling=ceiling_of(plan.steps, plan.step))


def advance_plans(*, at: datetime) -> int:
    """The sweep of the day's change: open today for every plan; return how many were opened."""
    today = day_of(at)
    waiting = list(WarmupPlan.objects.exclude(days__day=today).order_by("pk").values_list("pk", flat=True))
    for plan_id in waiting:
        open_day(plan_id, today)
    return len(waiting)


def forget() -> None:
    """Read anew at the next question."""
    _planned.cache_clear()


def _foresee(plan: WarmupPlan, day: date) -> tuple[int, str]:
    """The step of a day that has no row yet, and why the ceiling does not grow, from the last day before it."""
    last = plan.days.filter(day__lt=day).order_by("-day").first()
    if last is None or plan.days.filter(day__gt=day).exists():
        return plan.step, plan.held_reason
    growth = judge_day(DayCount(sent=last.sent, bounced=last.bounced, complained=last.complained))
    held = growth.reason if growth.is_held else ("" if last.sent else plan.held_reason)
    grows = growth.allowed and plan.is_active and plan.step + 1 < len(plan.steps)
    return plan.step + int(grows), held


def alert_subject(plan: WarmupPlan) -> str:
    """What an alert about a plan is about."""
    return f"{plan.provider.key} {plan.from_domain}"


def tell(plan: WarmupPlan) -> None:
    """Raise or clear the alert of a plan that is held."""
    subject = alert_subject(plan)
    if plan.held_reason:
        alerts.raise_alert(ALERT, subject, f"The daily ceiling does not grow: too many {plan.held_reason}.")
    else:
        alerts.clear_alert(ALERT, subject)


def _take(provider_id: int, from_domain: str, *, wanted: int, at: datetime) -> int | None:
    with connection.cursor() as cursor:
        given: dict[str, int | str | date] = {
            "wanted": wanted,
            "provider": provider_id,
            "domain": spelt(from_domain),
            "day": day_of(at),
        }
        cursor.execute(_TAKE, given)
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _find_plan(provider_id: int, from_domain: str) -> WarmupPlan | None:
    if not _is_planned(provider_id, from_domain):
        return None
    return WarmupPlan.objects.filter(provider_id=provider_id, from_domain=spelt(from_domain)).first()


def _is_planned(provider_id: int, from_domain: str) -> bool:
    return (provider_id, spelt(from_domain)) in _planned(int(monotonic() / REMEMBERED_SECONDS))


@lru_cache(maxsize=1)
def _planned(_moment: int) -> frozenset[tuple[int, str]]:
    """Most installations have few plans or none: whoever has none pays no query a call."""
    return frozenset(WarmupPlan.objects.values_list("provider_id", "from_domain"))
