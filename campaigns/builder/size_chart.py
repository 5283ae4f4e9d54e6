"""How is the size of a segment drawn? A line over the days that were counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format

from campaigns.models import SegmentSize

WIDTH, HEIGHT = 720, 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One day, in the units of the drawing."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeChart:
    """The line and its ends in words."""

    points: tuple[Point, ...]
    line: str
    first: str
    last: str
    top: int
    change: int  # from the first to the last day


def draw_sizes(sizes: Sequence[SegmentSize], *, today: date, days: int) -> SizeChart | None:
    """The line, or None where nothing was counted."""
    if not sizes:
        return None
    top = max(1, *(one.people for one in sizes))
    begin = today - timedelta(days=days - 1)
    points = tuple(
        Point(
            x=round((one.day - begin).days * WIDTH / max(days - 1, 1), 1),
            y=round(HEIGHT - one.people * (HEIGHT - 8) / top, 1),
            label=f"{date_format(one.day, 'j M')}: {one.people:,}",
        )
        for one in sizes
    )
    return SizeChart(
        points=points, line=" ".join(f"{one.x},{one.y}" for one in points), first=date_format(begin, "j M"),
        last=date_format(today, "j M"), top=top, change=sizes[-1].people - sizes[0].people,
    )  # fmt: skip
