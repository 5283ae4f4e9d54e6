"""How does the list of suppressions leave the console? As CSV, page by page, whatever its length.

Of the erased there is no address any more: they stand there by the digest that keeps them suppressed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.db.models import QuerySet

from preferences.consent_proof import defuse
from preferences.models import Suppression, SuppressionLine

COLUMNS = ("address", "erased_digest", "scope", "reason", "detail", "since", "lifted", "lift_note")
_PAGE = 5_000


def export_csv(rows: QuerySet[Suppression]) -> Iterator[str]:
    """The suppressions in the order in which they came, with a header."""
    yield "\ufeff" + _line(COLUMNS)  # without the mark Excel reads no UTF-8
    last = 0
    while page := list(rows.filter(pk__gt=last).select_related("contact").order_by("pk")[:_PAGE]):
        yield "".join(_line(_cells(row)) for row in page)
        last = page[-1].pk


def export_faults(rows: QuerySet[SuppressionLine]) -> Iterator[str]:
    """The lines of a list that could not be used: number, reason, and how the line begins."""
    yield "\ufeff" + _line(("line", "reason", "begins"))
    last = 0
    while page := list(rows.filter(number__gt=last).exclude(fault="").order_by("number")[:_PAGE]):
        yield "".join(_line((row.number, row.fault, row.excerpt)) for row in page)
        last = page[-1].number


def _cells(row: Suppression) -> tuple[object, ...]:
    address = row.contact.address if row.contact else None
    lifted = row.lifted_at.isoformat() if row.lifted_at else ""
    return (address or "", "" if address else bytes(row.address_digest).hex(), row.scope, row.reason, row.detail,
            row.created_at.isoformat(), lifted, row.lift_note)  # fmt: skip


def _line(values: tuple[object, ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([defuse(value) for value in values])
    return text.getvalue()
