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


def draw_sizes(sizes: Sequence[SegmentSize], *, today: date, days: int, is_spark: bool = False) -> SizeChart | None:
    """The line, or None where nothing was counted. A spark shows how it changes, the chart how much there is."""
    if not sizes:
        return None
    people = [one.people for one in sizes]
    top = max(1, *people)
    ground = max(0, min(people) - (top - min(people))) if is_spark else 0
    begin = max(today - timedelta(days=days - 1), sizes[0].day if len(sizes) > 1 else date.min)
    span = max((today - begin).days, 1)
    points = tuple(
        Point(
            x=round((one.day - begin).days * WIDTH / span, 1),
            y=round(HEIGHT - (one.people - ground) * (HEIGHT - 8) / max(top - ground, 1), 1),
            label=f"{date_format(one.day, 'j M')}: {one.people:,}",
        )
        for one in sizes
    )
    return SizeChart(
        points=points, line=" ".join(f"{one.x},{one.y}" for one in points), first=date_format(begin, "j M"),
        last=date_format(today, "j M"), top=top, change=sizes[-1].people - sizes[0].people,
    )  # fmt: skip
