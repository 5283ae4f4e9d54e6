"""How is a report drawn over time? Opens and clicks as bars: by hour while it is young, by day after that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from campaigns.reports.figures import COLUMNS, Counts, Row, hour_of
from campaigns.reports.subjects import Subject

WIDTH, HEIGHT = 720, 120
#: So many bars at most; older ones make way.
MOST_BARS = 90
#: Reports that are no longer than this are drawn by hour.
HOURLY = timedelta(hours=72)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stretch of time in the units of the drawing, and its counts for the table behind it."""

    at: datetime
    x: float
    width: float
    opened_y: float
    opened_height: float
    clicked_y: float
    clicked_height: float
    counts: Counts
    label: str
    links: tuple[tuple[int, str], ...]  # number and its people: sent, opened, clicked


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The drawing, and what stands at its ends."""

    bars: tuple[Bar, ...]
    peak: int
    is_hourly: bool


def draw(rows: Sequence[Row], subject: Subject) -> Chart:
    """Bars from the first to the last hour in which anything happened."""
    hours = {hour_of(row): row.counts for row in rows}
    if not hours:
        return Chart(bars=(), peak=0, is_hourly=True)
    is_hourly = max(hours) - min(hours) <= HOURLY
    stretches = hours if is_hourly else _by_day(hours)
    step = timedelta(hours=1) if is_hourly else timedelta(days=1)
    filled = _fill(stretches, step)[-MOST_BARS:]
    peak = max((counts["opened"] for _at, counts in filled), default=0)
    peak = max(peak, max((counts["clicked"] for _at, counts in filled), default=0))
    width, scale = WIDTH / len(filled), HEIGHT / max(peak, 1)
    bars = [
        _bar(at, counts, x=number * width, width=width, scale=scale, is_hourly=is_hourly, subject=subject)
        for number, (at, counts) in enumerate(filled)
    ]
    return Chart(bars=tuple(bars), peak=peak, is_hourly=is_hourly)


def _by_day(hours: dict[datetime, Counts]) -> dict[datetime, Counts]:
    days: dict[datetime, dict[str, int]] = {}
    for at, counts in hours.items():
        sums = days.setdefault(at.replace(hour=0), dict.fromkeys(COLUMNS, 0))
        for name, count in counts.items():
            sums[name] += count
    return dict(days)


def _fill(stretches: dict[datetime, Counts], step: timedelta) -> list[tuple[datetime, Counts]]:
    """All of them, also those in which nothing happened."""
    none: Counts = dict.fromkeys(COLUMNS, 0)
    first, last = min(stretches), max(stretches)
    number = int((last - first) / step) + 1
    return [(at, stretches.get(at, none)) for at in (first + step * one for one in range(number))]


def _bar(
    at: datetime, counts: Counts, *, x: float, width: float, scale: float, is_hourly: bool, subject: Subject
) -> Bar:
    opened, clicked = counts["opened"] * scale, counts["clicked"] * scale
    when = f"{at:%d %b %H:00}" if is_hourly else f"{at:%d %b %Y}"
    by, value = ("hour", f"{at:%Y-%m-%dT%H}") if is_hourly else ("day", f"{at:%Y-%m-%d}")
    links = tuple((counts[name], subject.people_url(name, by, value)) for name in ("sent", "opened", "clicked"))
    label = _("%(when)s: %(sent)d sent, %(opened)d opened, %(clicked)d clicked") % {"when": when, **counts}
    return Bar(
        at=at, x=round(x + 0.5, 1), width=round(max(width - 1, 1), 1), opened_y=round(HEIGHT - opened, 1),
        opened_height=round(opened, 1), clicked_y=round(HEIGHT - clicked, 1), clicked_height=round(clicked, 1),
        counts=counts, label=label, links=links,
    )  # fmt: skip
