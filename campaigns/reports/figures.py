"""What do the figures say about a subject? Sums over its cohorts; never a look at the mails themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

from django.db.models import Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from campaigns.reports.subjects import SOURCE, Subject, source_subject
from tracking.figures.counting import COUNTS
from tracking.models import Figure, FigureCohort

Axis = Figure.Axis
COLUMNS = (*COUNTS, "conversions", "revenue")
#: Of how many mails before, or periods before, the median is taken.
LAST = 10
#: What is compared, as shares of the delivered; "delivered" as a share of the sent.
RATES = ("delivered", "opened", "clicked", "unsubscribed", "bounced", "complained", "conversions")

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One value of an axis, with its counts."""

    value: str
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All rows of a subject by axis, and since when they are right."""

    subject: Subject
    rows: Mapping[str, tuple[Row, ...]]
    counted_at: datetime | None
    is_behind: bool

    @property
    def totals(self) -> Counts:
        """The sums of all mails; conversions whatever their currency."""
        found = dict(self.rows[Axis.ALL][0].counts) if self.rows.get(Axis.ALL) else dict.fromkeys(COLUMNS, 0)
        return {**found, "conversions": sum(row.counts["conversions"] for row in self.by(Axis.CURRENCY))}

    def by(self, axis: str) -> tuple[Row, ...]:
        """The rows of an axis."""
        return self.rows.get(axis, ())


def read_report(subject: Subject) -> Report:
    """Everything that a report shows, in three queries."""
    cohorts = FigureCohort.objects.filter(cohort__in=_figures(subject).filter(axis=Axis.ALL).values("cohort"))
    return Report(
        subject=subject, rows=_read_rows(_figures(subject)), counted_at=cohorts.aggregate(at=Max("counted_at"))["at"],
        is_behind=cohorts.filter(due_at__isnull=False).exists(),
    )  # fmt: skip


def _read_rows(figures: QuerySet[Figure]) -> dict[str, tuple[Row, ...]]:
    sums = {f"n_{name}": Coalesce(Sum(name), 0) for name in COLUMNS}
    rows: dict[str, list[Row]] = {}
    summed: Any = figures.values("axis", "value").annotate(**sums)
    for found in summed:
        counts = {name: int(found[f"n_{name}"]) for name in COLUMNS}
        rows.setdefault(found["axis"], []).append(Row(value=found["value"], counts=counts))
    return {axis: tuple(sorted(found, key=_size)) for axis, found in rows.items()}


def rate(name: str, counts: Counts) -> float | None:
    """A share from 0 to 1; None where there is nothing to take it of."""
    whole = counts["sent"] if name in {"delivered", "bounced"} else counts["delivered"]
    return counts[name] / whole if whole else None


def read_rates(subject: Subject) -> dict[str, float | None]:
    """The rates of a subject alone."""
    rows = _read_rows(_figures(subject).filter(axis__in=[Axis.ALL, Axis.CURRENCY]))
    totals = Report(subject=subject, rows=rows, counted_at=None, is_behind=False).totals
    return {name: rate(name, totals) for name in RATES}


def read_medians(subject: Subject) -> tuple[dict[str, float | None], int]:
    """The medians of the last ones before it, and of how many they are."""
    before = _before(subject)
    all_rates = [found for one in before if (found := read_rates(one))["delivered"] is not None]
    medians = {name: _median([found[name] for found in all_rates]) for name in RATES}
    return medians, len(all_rates)


def other_sources(subject: Subject, *, limit: int) -> list[Subject]:
    """Other sources of its kind, the newest first."""
    kind = subject.key.partition(":")[0]
    rows = Figure.objects.filter(axis=Axis.ALL, source__startswith=f"{kind}:").exclude(source=subject.key)
    newest = rows.values("source").annotate(last=Max("cohort")).order_by("-last")[:limit]
    return [source_subject(row["source"]) for row in newest]


def _before(subject: Subject) -> Iterable[Subject]:
    if subject.kind == SOURCE:
        return other_sources(subject, limit=LAST)
    return [subject.earlier(number) for number in range(1, LAST + 1)]


def _median(rates: Iterable[float | None]) -> float | None:
    known = [one for one in rates if one is not None]
    return median(known) if known else None


def _figures(subject: Subject) -> QuerySet[Figure]:
    if subject.kind == SOURCE:
        return Figure.objects.filter(source=subject.key)
    span = Q(cohort__gte=subject.since, cohort__lt=subject.until) if subject.since else Q()
    return Figure.objects.filter(span, type_key=subject.key)


def _size(row: Row) -> tuple[int, int, str]:
    """The largest first."""
    return (
        -row.counts["sent"] - row.counts["conversions"],
        -row.counts["clicked"] - row.counts["unsubscribed"],
        row.value,
    )


def hour_of(row: Row) -> datetime:
    """The hour that a row of the axis HOUR is about."""
    return datetime.strptime(row.value, "%Y-%m-%dT%H").replace(tzinfo=UTC)
