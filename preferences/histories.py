"""What does the console's own history say of people? An action keeps the name of its row, which may be an address."""

from __future__ import annotations

import re

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
        pattern = re.escape(text)
        named |= Q(object_repr__iregex=pattern) | Q(change_message__iregex=pattern)
    entries = list(LogEntry.objects.filter(named).select_related("content_type")[:limit])
    for entry in entries:
        entry.object_repr = _bare(entry.content_type.name if entry.content_type else "row", entry.object_id)
        if any(text.casefold() in entry.change_message.casefold() for text in traces.texts):
            entry.change_message = ""
    LogEntry.objects.bulk_update(entries, ["object_repr", "change_message"])
    return len(entries)


def _bare(name: str, identifier: object) -> str:
    return f"{name} {identifier}"[:200]


def register() -> None:
    """Have the entries looked through when somebody is erased."""
    register_holding(Holding(name="console history", erase=erase_names))
