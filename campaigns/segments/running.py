"""How many are they right now, and who? Asked under limits, so that a glance never holds the database for long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from time import monotonic
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.errors import QueryCanceled

from campaigns.segments.selection import Selection, select_people

#: How long a person waits for a live count before being told that it takes too long.
LIVE_SECONDS = 10
#: The daily sizes may take longer: nobody waits.
PATIENT_SECONDS = 120
#: The number of all contacts is a matter of course: one count serves everybody for a while.
_REMEMBERED_SECONDS = 20

# Hash tables of a million people fit, and two processes read. Compiling costs more than such a statement takes.
# Where a table has just been filled the planner takes it for empty and would go through a set once for each contact,
# for hours; every set here can be hashed.
_LIMITS = """
    SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true),
           set_config('work_mem', '96MB', true), set_config('jit', 'off', true),
           set_config('enable_nestloop', 'off', true),
           set_config('max_parallel_workers_per_gather', '2', true)
"""
_UNLIMITED = "SELECT set_config('statement_timeout', %s, true), set_config('enable_nestloop', 'on', true)"


class TooSlow(RuntimeError):
    """The database would have needed longer than was allowed; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many a rule selects, of how many contacts."""

    count: int
    of: int

    @property
    def share(self) -> float:
        """In percent."""
        return 100 * self.count / self.of if self.of else 0.0


@contextmanager
def limited(seconds: float) -> Iterator[CursorWrapper]:
    """A cursor for statements over all contacts, with room to work and a limit in time. Raises TooSlow."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_LIMITS, [str(int(seconds * 1000))])
            before = cursor.fetchone()[0]
            yield cursor
            cursor.execute(_UNLIMITED, [before])  # the caller's own transaction may go on
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow(
                f"Counting took longer than {seconds:.0f} seconds and was stopped. Narrow the time that its events and"
                " mails are looked at, or ask for fewer things at once."
            ) from error
        raise


def count_people(
    rule: Mapping[str, Any], *, at: datetime, inside: tuple[int, ...] = (), seconds: float = LIVE_SECONDS
) -> Size:
    """The exact size of what a rule selects. Raises BadRule, TooSlow."""
    selection = select_people(rule, at=at, inside=inside)
    with limited(seconds) as cursor:
        return Size(count=_count(cursor, selection), of=_count_all(int(monotonic() / _REMEMBERED_SECONDS)))


def find_some(rule: Mapping[str, Any], *, at: datetime, inside: tuple[int, ...] = (), most: int = 8) -> list[int]:
    """The ids of some whom it selects, whoever is found first. Raises BadRule, TooSlow."""
    selection = select_people(rule, at=at, inside=inside)
    with limited(LIVE_SECONDS) as cursor:
        cursor.execute(f"{selection.sql} LIMIT %s", (*selection.parameters, most))
        return sorted(row[0] for row in cursor.fetchall())


def list_people(
    rule: Mapping[str, Any], *, at: datetime, after: int = 0, inside: tuple[int, ...] = (), most: int = 50
) -> list[int]:
    """The ids of whom it selects in their order, from the one after `after` on. Raises BadRule, TooSlow."""
    selection = select_people(rule, at=at, inside=inside)
    with limited(LIVE_SECONDS) as cursor:
        cursor.execute(
            f"SELECT p.id FROM ({selection.sql}) p WHERE p.id > %s ORDER BY p.id LIMIT %s",
            (*selection.parameters, after, most),
        )
        return [row[0] for row in cursor.fetchall()]


def explain_plan(selection: Selection) -> str:
    """How PostgreSQL would go about it."""
    with limited(LIVE_SECONDS) as cursor:
        cursor.execute(f"EXPLAIN SELECT count(*) FROM ({selection.sql}) people", selection.parameters)
        return "\n".join(row[0] for row in cursor.fetchall())


def forget() -> None:
    """Count all contacts anew at the next look."""
    _count_all.cache_clear()


def _count(cursor: CursorWrapper, selection: Selection) -> int:
    cursor.execute(f"SELECT count(*) FROM ({selection.sql}) people", selection.parameters)
    return int(cursor.fetchone()[0])


@lru_cache(maxsize=1)
def _count_all(_moment: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM preferences_contact WHERE erased_at IS NULL")
        return int(cursor.fetchone()[0])
