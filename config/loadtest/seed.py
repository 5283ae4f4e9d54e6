"""How do a million people and their events get into the database? By COPY, in slices that are committed one by one."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import psutil
from django.db import connection

from config import clock
from config.loadtest.crowd import (
    CONTACT_COLUMNS,
    DOMAIN,
    EVENT_COLUMNS,
    address_of,
    event_id,
    make_contacts,
    make_events,
    midnight,
)
from config.loadtest.figures import rate
from config.loadtest.options import Options, Outcome
from config.loadtest.stack import peak_memory
from preferences.models import Attribute, Contact
from tracking.models import Event

_SLICE = 100_000
#: From so many events on, the indexes are built afterwards.
_MANY = 500_000
_ATTRIBUTES = {
    "plan": "text", "birthday": "date", "points": "number", "is_subscriber": "boolean", "interests": "list",
    "home": "place",
}  # fmt: skip


def run(options: Options) -> Outcome:
    """Fill up to so many contacts and events; what is there already stays, and a seeding cut off goes on."""
    started = time.perf_counter()
    now = _anchor()
    for key, kind in _ATTRIBUTES.items():
        Attribute.objects.get_or_create(key=key, defaults={"name": key.replace("_", " ").title(), "kind": kind})
    people = _seed_contacts(options.number, now=now)
    written = _seed_events(options.events, people, now=now)
    _settle()
    seconds = time.perf_counter() - started
    return {
        "contacts": len(people), "events": options.events, "written": written, "seconds": round(seconds, 1),
        "rate": rate(written, seconds), "rss_mb": peak_memory(psutil.Process(os.getpid())),
    }  # fmt: skip


def _anchor() -> datetime:
    """The end of the two years: the midnight before the first person was made, whenever this runs again."""
    first = Contact.objects.filter(address=address_of(0)).values_list("attributes", flat=True).first()
    return datetime.fromisoformat(first["seeded"]) if first else midnight(clock.now())


def _seed_contacts(number: int, *, now: datetime) -> list[int]:
    ours = Contact.objects.filter(address__endswith=f"@{DOMAIN}")
    known = ours.count()
    for start in range(known, number, _SLICE):
        end = min(start + _SLICE, number)
        _copy("preferences_contact", CONTACT_COLUMNS, make_contacts(range(start, end), now=now))
    return list(ours.order_by("pk").values_list("pk", flat=True)[:number])


def _seed_events(number: int, people: list[int], *, now: datetime) -> int:
    first = next((one for one in range(0, number, _SLICE) if not _has_slice(one, number, now)), number)
    if number - first > _MANY:
        _drop_indexes()
    for start in range(first, number, _SLICE):
        numbers = range(start, min(start + _SLICE, number))
        _copy("tracking_event", EVENT_COLUMNS, make_events(numbers, of=number, people=people, now=now))
    _make_indexes()
    return number - first


def _drop_indexes() -> None:
    """Building them once at the end is several times as fast. The model knows them, so nothing is lost for good."""
    present = _indexes()
    with connection.schema_editor() as editor:
        for index in Event._meta.indexes:
            if index.name in present:
                editor.remove_index(Event, index)


def _make_indexes() -> None:
    """All that are missing, also those that a seeding left out that was cut off."""
    present = _indexes()
    with connection.schema_editor() as editor:
        editor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for index in Event._meta.indexes:
            if index.name not in present:
                editor.add_index(Event, index)


def _indexes() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, "tracking_event"))


def _has_slice(start: int, number: int, now: datetime) -> bool:
    last = min(start + _SLICE, number) - 1
    return Event.objects.filter(pk=event_id(last, number, now=now)).exists()


def _copy(table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _settle() -> None:
    """Statistics for the planner, and the map of pages that an index can answer for alone."""
    with connection.cursor() as cursor:
        for table in ("preferences_contact", "tracking_event"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")
