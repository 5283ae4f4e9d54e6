"""How do the rows of an import that could not be used, or only in part, leave the console? As CSV, page by page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.db.models import Q, QuerySet

from preferences.consent_proof import defuse
from preferences.models import ImportRow

_PAGE = 5_000
REPORTED = ~Q(fault="") | ~Q(note="")


def export_reported(rows: QuerySet[ImportRow]) -> Iterator[str]:
    """Line, what became of it, why, and how the row begins."""
    yield "\ufeff" + _line(("line", "result", "reason", "begins"))
    last = 0
    while page := list(rows.filter(REPORTED, number__gt=last).order_by("number")[:_PAGE]):
        yield "".join(map(_row, page))
        last = page[-1].number


def _row(row: ImportRow) -> str:
    return _line((row.number, "refused" if row.fault else "cell left out", row.fault or row.note, row.excerpt))


def _line(values: tuple[object, ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([defuse(value) for value in values])
    return text.getvalue()
