"""What do imports hold of a person, until they are over: texts, rows, and what was before?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from preferences.holdings import Holding, Traces, register_holding
from preferences.models import ImportChange, ImportPart, ImportRow


def register() -> None:
    """Have all of it exported and erased with the rest of a person."""
    register_holding(
        Holding(name="imports", title="imports that changed them", count=_count, export=_export, erase=_erase)
    )
    register_holding(Holding(name="rows of imports", erase=_erase_rows))
    register_holding(Holding(name="uploads of imports", erase=_erase_lines))


def _count(contact_id: int) -> int:
    return ImportChange.objects.filter(contact_id=contact_id).count()


def _export(contact_id: int) -> Sequence[Any]:
    rows = ImportChange.objects.filter(contact_id=contact_id).order_by("pk")
    return list(rows.values("table_id", "table__created_at", "is_new", "is_listed", "before", "after"))


def _erase(traces: Traces, limit: int) -> int:
    rows = ImportChange.objects.filter(contact_id=traces.contact_id).values_list("pk", flat=True)[:limit]
    return ImportChange.objects.filter(pk__in=list(rows)).delete()[0]


def _erase_rows(traces: Traces, limit: int) -> int:
    if not traces.texts:
        return 0
    named = Q(address__in=traces.addresses)
    for text in traces.texts:
        named |= Q(excerpt__icontains=text) | Q(note__icontains=text)
    rows = ImportRow.objects.filter(named).order_by().values_list("pk", flat=True)[:limit]
    return ImportRow.objects.filter(pk__in=list(rows)).delete()[0]


def _erase_lines(traces: Traces, limit: int) -> int:
    """Lines that name the person are emptied, so that the others keep their numbers."""
    named = Q()
    for text in traces.texts:
        named |= Q(text__icontains=text)
    if not traces.texts:
        return 0
    parts = list(ImportPart.objects.filter(named)[: max(1, limit // 200)])
    for part in parts:
        lines = part.text.split("\n")
        part.text = "\n".join("" if _names(line, traces) else line for line in lines)
        part.save(update_fields=["text"])
    return len(parts)


def _names(line: str, traces: Traces) -> bool:
    return any(text.casefold() in line.casefold() for text in traces.texts)
