"""How is consent proven? Every entry of the ledger with the words that were read, as a table or as JSON.

Read in pages, so that a form with a million sign-ups needs no more memory than one with ten.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from django.db.models import QuerySet

from preferences.models import ConsentRecord

COLUMNS = (
    "entry", "contact", "email", "what", "topic", "wording", "wording_version", "wording_language", "wording_text",
    "source", "at", "ip",
)  # fmt: skip
_PAGE = 2_000
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def proof_rows(entries: QuerySet[ConsentRecord]) -> Iterator[dict[str, object]]:
    """The entries in the order in which they were made."""
    last = 0
    while page := list(
        entries.filter(pk__gt=last).select_related("contact", "topic", "wording").order_by("pk")[:_PAGE]
    ):
        yield from map(_row, page)
        last = page[-1].pk


def write_csv(rows: Iterator[dict[str, object]]) -> Iterator[str]:
    """A table that no spreadsheet mistakes for formulas."""
    yield "\ufeff" + _line(COLUMNS)  # without the mark Excel reads no UTF-8
    for row in rows:
        yield _line([defuse(row[column]) for column in COLUMNS])


def write_json(rows: Iterator[dict[str, object]]) -> Iterator[str]:
    """One JSON array, an entry a line."""
    yield "["
    for number, row in enumerate(rows):
        yield ("," if number else "") + "\n" + json.dumps(row, ensure_ascii=False)
    yield "\n]\n"


def defuse(value: object) -> object:
    """A value that stays text in a spreadsheet."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _row(entry: ConsentRecord) -> dict[str, object]:
    wording = entry.wording
    return {
        "entry": entry.pk, "contact": entry.contact_id, "email": entry.contact.email, "what": entry.action,
        "topic": entry.topic.key if entry.topic else "everything",
        "wording": wording.key if wording else "", "wording_version": wording.version if wording else "",
        "wording_language": wording.locale if wording else "", "wording_text": wording.text if wording else "",
        "source": entry.source, "at": entry.occurred_at.isoformat(), "ip": entry.ip or "",
    }  # fmt: skip


def _line(values: object) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(values)  # type: ignore[arg-type] # any row of any values
    return text.getvalue()
