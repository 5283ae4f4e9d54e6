"""What does the console's own history say of people? An action keeps the name of its row, which may be an address."""

from __future__ import annotations

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from preferences.holdings import Holding, Traces, register_holding
from preferences.models import Contact


def erase_names(traces: Traces, limit: int) -> int:
    """What was done stays, and on which row; the row's name goes. Return of how many entries."""
    kind = ContentType.objects.get_for_model(Contact)
    named = Q(content_type=kind, object_id=str(traces.contact_id)) & ~Q(object_repr=_bare("contact", traces.contact_id))
    for text in traces.texts:
        named |= Q(object_repr__icontains=text) | Q(change_message__icontains=text)
    entries = list(LogEntry.objects.filter(named).select_related("content_type")[:limit])
    for entry in entries:
        is_own = entry.content_type == kind and entry.object_id == str(traces.contact_id)
        if is_own or _names(entry.object_repr, traces):
            entry.object_repr = _bare(entry.content_type.name if entry.content_type else "row", entry.object_id)
        if _names(entry.change_message, traces):
            entry.change_message = ""
    LogEntry.objects.bulk_update(entries, ["object_repr", "change_message"])
    return len(entries)


def _names(words: str, traces: Traces) -> bool:
    return any(text.casefold() in words.casefold() for text in traces.texts)


def _bare(name: str, identifier: object) -> str:
    return f"{name} {identifier}"[:200]


def register() -> None:
    """Have the entries looked through when somebody is erased."""
    register_holding(Holding(name="console history", erase=erase_names))
