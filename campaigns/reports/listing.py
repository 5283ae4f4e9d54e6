"""Of what are there reports? The newest sources, and all types, with their main numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet, Sum

from campaigns.reports.figures import COLUMNS, Counts
from campaigns.reports.numbers import Income, percent
from campaigns.reports.subjects import Subject, source_subject, type_subject
from tracking.models import Figure

#: Over which types are counted in the list.
DAYS = 30
MOST_SOURCES = 100

_ALL = Q(axis=Figure.Axis.ALL)
_PAID = Q(axis=Figure.Axis.CURRENCY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One report in the list."""

    subject: Subject
    counts: Counts
    income: tuple[Income, ...]
    last: datetime | None = None

    @property
    def rates(self) -> dict[str, str]:
        """Shares of the delivered, in words."""
        return {name: percent(self.counts[name], self.counts["delivered"]) for name in ("opened", "clicked")} | {
            "delivered": percent(self.counts["delivered"], self.counts["sent"]),
            "unsubscribed": percent(self.counts["unsubscribed"], self.counts["delivered"]),
        }


def list_sources(*, kind: str = "", most: int = MOST_SOURCES) -> list[Line]:
    """Campaigns and the like, or those of one kind ("campaign"), the newest first."""
    rows = Figure.objects.filter(source__startswith=f"{kind}:") if kind else Figure.objects.exclude(source="")
    newest = rows.filter(_ALL).values("source").annotate(last=Max("cohort")).order_by("-last")[:most]
    last = {row["source"]: row["last"] for row in newest}
    lines = _lines(rows.filter(source__in=list(last)), "source")
    return [
        Line(subject=source_subject(key), counts=lines[key][0], income=lines[key][1], last=last[key]) for key in last
    ]


def list_types(*, at: datetime) -> list[Line]:
    """Types that sent anything lately, the busiest first."""
    rows = Figure.objects.filter(cohort__gte=at - timedelta(days=DAYS)).exclude(type_key="")
    lines = _lines(rows, "type_key")
    found = [
        Line(subject=type_subject(key, days=DAYS, at=at), counts=counts, income=income)
        for key, (counts, income) in lines.items()
    ]
    return sorted(found, key=lambda line: -line.counts["sent"])


def _lines(rows: QuerySet[Figure], by: str) -> dict[str, tuple[Counts, tuple[Income, ...]]]:
    sums: dict[str, Any] = {f"n_{name}": Sum(name) for name in COLUMNS}
    found = rows.filter(_ALL | _PAID).values(by, "axis", "value").annotate(**sums)
    counts: dict[str, dict[str, int]] = {}
    income: dict[str, list[Income]] = {}
    for row in found:
        if row["axis"] == Figure.Axis.ALL:
            counts[row[by]] = {name: int(row[f"n_{name}"]) for name in COLUMNS}
        else:
            income.setdefault(row[by], []).append(
                Income(currency=row["value"], conversions=int(row["n_conversions"]), units=int(row["n_revenue"]))
            )
    return {key: (one, _sorted(income.get(key, ()))) for key, one in counts.items()}


def _sorted(income: Iterable[Income]) -> tuple[Income, ...]:
    return tuple(sorted(income, key=lambda one: (-one.units, one.currency)))
