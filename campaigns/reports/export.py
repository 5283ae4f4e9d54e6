"""How does a report leave the console? As CSV: every row of its figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from campaigns.reports.figures import COLUMNS, Report
from preferences.consent_proof import defuse


def export_csv(report: Report) -> Iterator[str]:
    """A header, then a line for each value of each axis. Revenue is in minor units of the currency in its line."""
    yield "\ufeff" + _line(["axis", "value", *COLUMNS])  # without the mark Excel reads no UTF-8
    for axis in sorted(report.rows):
        for row in sorted(report.by(axis), key=lambda one: one.value):
            yield _line([axis, row.value, *(row.counts[name] for name in COLUMNS)])


def _line(values: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([defuse(value) for value in values])
    return text.getvalue()
