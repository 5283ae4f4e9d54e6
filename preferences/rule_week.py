"""Which hours of a week does a quiet-hours rule forbid? Drawn as a strip of seven days."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from preferences.models import QuietHours
from preferences.quiet_hours import Rule, first_allowed, rule_of

_ZONE = ZoneInfo("UTC")
_MONDAY = datetime(2026, 6, 1, tzinfo=_ZONE)
_STEP = timedelta(minutes=30)
_DAY_STEPS = 48
_CELL, _ROW = 3, 7  # units of the drawing
_LETTERS = "MTWTFSS"


def quiet_steps(rule: Rule) -> list[tuple[int, int]]:
    """Runs of forbidden half hours: (first, how many), counted from Monday 00:00, none over midnight."""
    forbidden = [
        first_allowed((rule,), _ZONE, at=_MONDAY + number * _STEP) is not None for number in range(7 * _DAY_STEPS)
    ]
    runs: list[tuple[int, int]] = []
    for number, is_forbidden in enumerate(forbidden):
        if not is_forbidden:
            continue
        if runs and sum(runs[-1]) == number and number % _DAY_STEPS:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((number, 1))
    return runs


def draw_week(row: QuietHours) -> SafeString:
    """An SVG: one line a day, midnight to midnight, the forbidden hours filled."""
    runs = quiet_steps(rule_of(row))
    days = format_html_join(
        "",
        '<rect class="pr-week-day" x="12" y="{}" width="{}" height="{}"></rect>'
        '<text class="pr-week-letter" x="0" y="{}">{}</text>',
        ((day * _ROW, _DAY_STEPS * _CELL, _ROW - 2, day * _ROW + 5, _LETTERS[day]) for day in range(7)),
    )
    filled = format_html_join(
        "",
        '<rect class="pr-week-quiet" x="{}" y="{}" width="{}" height="{}"></rect>',
        (
            (12 + first % _DAY_STEPS * _CELL, first // _DAY_STEPS * _ROW, count * _CELL, _ROW - 2)
            for first, count in runs
        ),
    )
    return format_html(
        '<svg class="pr-week" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        12 + _DAY_STEPS * _CELL, 7 * _ROW, f"Quiet for {len_hours(runs)} hours of the week", days, filled,
    )  # fmt: skip


def len_hours(runs: list[tuple[int, int]]) -> str:
    """Half hours as hours, in short."""
    return f"{sum(count for _, count in runs) / 2:g}"
