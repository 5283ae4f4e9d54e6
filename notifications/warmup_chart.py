"""How is a warm-up drawn? Each day's ceiling as a step, what was sent as a bar in it, and marks where it did harm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from notifications.delivery.models import WarmupDay, WarmupPlan
from notifications.delivery.warmup_policy import DayCount, ceiling_of, judge_day

WIDTH, HEIGHT = 720, 120
#: Days gone by and days ahead that are drawn.
MOST_PAST, MOST_AHEAD = 30, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One day, in the units of the drawing. `mark_y` is None where no harm was done; days ahead have no bar."""

    x: float
    width: float
    ceiling_y: float
    sent_y: float
    sent_height: float
    is_ahead: bool
    mark_y: float | None
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The drawing, its numbers from the top down, and the words at its two ends."""

    columns: tuple[Column, ...]
    ticks: tuple[int, ...]
    first: str
    last: str


def draw(plan: WarmupPlan, days: Sequence[WarmupDay], *, today: date) -> Chart:
    """The last days of a plan, and the ceilings of the coming ones if each is earned."""
    past = list(days)[-MOST_PAST:]
    ahead = _ceilings_ahead(plan)
    top = round_up(max([*(day.ceiling for day in past), *(day.sent for day in past), *ahead, 1]))
    step = WIDTH / max(len(past) + len(ahead), 1)
    columns = [_past_column(day, index * step, step, top) for index, day in enumerate(past)]
    columns += [
        _ahead_column(ceiling, today + timedelta(days=number + 1), (len(past) + number) * step, step, top)
        for number, ceiling in enumerate(ahead)
    ]
    ends = (past[0].day if past else today, today + timedelta(days=len(ahead)))
    first, last = (date_format(day, "j M") for day in ends)
    return Chart(columns=tuple(columns), ticks=(top, top // 2, 0), first=first, last=last)


def round_up(number: int) -> int:
    """The next number up that reads well at the top of an axis, and whose half does so too: 2, 60, 500, 80,000."""
    size = 1
    while size * 10 < number:
        size *= 10
    return next(top for top in (size * 2, size * 4, size * 6, size * 8, size * 10) if top >= number)


def _ceilings_ahead(plan: WarmupPlan) -> list[int]:
    if not plan.is_active or plan.held_reason:
        return [ceiling_of(plan.steps, plan.step)]
    return plan.steps[plan.step + 1 : plan.step + 1 + MOST_AHEAD]


def _past_column(day: WarmupDay, x: float, step: float, top: int) -> Column:
    scale = HEIGHT / top
    is_harmful = judge_day(DayCount(sent=day.sent, bounced=day.bounced, complained=day.complained)).is_held
    label = _("%(day)s: %(sent)d of %(ceiling)d sent, %(bounced)d bounced, %(complained)d reported as spam") % {
        "day": date_format(day.day, "j M"), "sent": day.sent, "ceiling": day.ceiling, "bounced": day.bounced,
        "complained": day.complained,
    }  # fmt: skip
    return Column(
        x=round(x, 1), width=round(step, 1), ceiling_y=round(HEIGHT - day.ceiling * scale, 1),
        sent_y=round(HEIGHT - day.sent * scale, 1), sent_height=round(day.sent * scale, 1), is_ahead=False,
        mark_y=round(max(HEIGHT - day.sent * scale, 8), 1) if is_harmful else None, label=label,
    )  # fmt: skip


def _ahead_column(ceiling: int, day: date, x: float, step: float, top: int) -> Column:
    label = _("%(day)s: up to %(ceiling)d") % {"day": date_format(day, "j M"), "ceiling": ceiling}
    return Column(
        x=round(x, 1), width=round(step, 1), ceiling_y=round(HEIGHT - ceiling * HEIGHT / top, 1), sent_y=HEIGHT,
        sent_height=0, is_ahead=True, mark_y=None, label=label,
    )  # fmt: skip
