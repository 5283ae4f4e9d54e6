"""What time is it? The database's time, so that workers with wrong clocks agree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection

_offset = timedelta()


def now() -> datetime:
    """The database's wall clock, aware, plus the test offset. One query: read it once a batch and hand it on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    moment: datetime = row[0]
    return moment + _offset


def offset() -> timedelta:
    """How far tests moved the clock: add it to `clock_timestamp()` in SQL that reads the time itself."""
    return _offset


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Let `now()` run ahead (or behind) for tests and drills."""
    global _offset
    before, _offset = _offset, _offset + by
    try:
        yield
    finally:
        _offset = before
