"""How much of a young account's mail bounced or was reported as spam? Counted again and again from the timelines."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from config.ids import id_floor
from notifications.delivery.domains.names import spellings_of
from notifications.delivery.models import WarmupDay, WarmupPlan
from notifications.delivery.warmup import day_of, tell
from notifications.delivery.warmup_policy import DayCount, judge_day

#: Harm is counted for the day on which the mail was sent; reports that come later than this change nothing any more.
LOOK_BACK = timedelta(days=3)

# By the partial index on harmful events (provider, -id), then mails and calls by primary key.
_COUNT = """
    SELECT (m.sent_at AT TIME ZONE 'UTC')::date AS day,
           count(DISTINCT m.id) FILTER (WHERE e.kind = 'bounced'),
           count(DISTINCT m.id) FILTER (WHERE e.kind = 'complained')
      FROM tracking_messageevent e
      JOIN tracking_message m ON m.id = e.message_id
      JOIN notifications_call c ON c.id = m.call_ids[array_upper(m.call_ids, 1)]
     WHERE e.provider = %(provider)s AND e.kind IN ('bounced', 'complained') AND e.id >= %(floor)s
       AND m.sent_at >= %(since)s AND lower(rtrim(split_part(c.sender, '@', -1), '>')) = ANY(%(domains)s)
     GROUP BY 1
"""


def count_harm(*, at: datetime) -> int:
    """The sweep: bring the last days' counts up to date, and hold plans that do harm; return how many days changed."""
    return sum(
        _count_plan(plan_id, at=at) for plan_id in list(WarmupPlan.objects.order_by("pk").values_list("pk", flat=True))
    )


@transaction.atomic
def _count_plan(plan_id: int, *, at: datetime) -> int:
    plan = WarmupPlan.objects.select_for_update().select_related("provider").get(pk=plan_id)
    since = at - LOOK_BACK
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {
            "provider": plan.provider.key, "floor": id_floor(since), "since": since,
            "domains": spellings_of(plan.from_domain),
        })  # fmt: skip
        found = {day: (bounced, complained) for day, bounced, complained in cursor.fetchall()}
    changed = 0
    for day in plan.days.filter(day__gte=day_of(since)).order_by("day"):
        bounced, complained = found.get(day.day, (0, 0))
        changed += (
            WarmupDay.objects.filter(pk=day.pk)
            .exclude(bounced=bounced, complained=complained)
            .update(bounced=bounced, complained=complained)
        )
    _hold(plan)
    return changed


def _hold(plan: WarmupPlan) -> None:
    """Say at once that the ceiling will not grow; only the day's change lifts it."""
    last = plan.days.filter(sent__gt=0).order_by("-day").first()
    if last is None:
        return
    growth = judge_day(DayCount(sent=last.sent, bounced=last.bounced, complained=last.complained))
    if growth.is_held and growth.reason != plan.held_reason:
        plan.held_reason = growth.reason
        plan.save(update_fields=["held_reason"])
        tell(plan)
