"""What happened to a person? Events and mails mixed, newest first; the logs above hand their readers down.

What is in it is known by time-ordered ids, so a page ends anywhere and the next begins there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from preferences.merged import ids_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One entry; `tone` is "", "good", "bad", "warn" or "busy"."""

    id: UUID
    at: datetime
    title: str
    detail: str = ""
    url: str = ""
    icon: str = ""
    tone: str = ""


#: (contact id, before this id or from the newest, how many at most) -> newest first.
Source: TypeAlias = Callable[[int, UUID | None, int], Sequence[Happening]]

_sources: dict[str, tuple[str, Source]] = {}


def register_timeline(kind: str, title: str, source: Source) -> None:
    """Offer one kind of entry ("mails") with its words for the filter; a kind again takes the place of the first."""
    _sources[kind] = (title, source)


def timeline_kinds() -> Mapping[str, str]:
    """The kinds that there are, with their words."""
    return {kind: title for kind, (title, _source) in _sources.items()}


def read_timeline(
    contact_id: int, *, kind: str = "", before: UUID | None = None, most: int = 30
) -> tuple[list[Happening], UUID | None]:
    """A page of one kind or of all, newest first, and where the next page begins (None: there is none)."""
    sources = [source for name, (_title, source) in _sources.items() if kind in ("", name)]
    found = [
        entry for source in sources for one in ids_of(contact_id) for entry in source(one, before, most + 1)
    ]  # fmt: skip
    found.sort(key=lambda entry: entry.id, reverse=True)
    return found[:most], found[most - 1].id if len(found) > most else None
