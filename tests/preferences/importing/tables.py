"""How do tests bring in a table? From a text, with guessed columns or with given ones, through all its steps."""

from __future__ import annotations

import io
from typing import Any

from django.utils import timezone

from preferences.importing import life
from preferences.importing.columns import guess_columns
from preferences.importing.upload import store_table
from preferences.models import ContactImport


def upload(content: str | bytes) -> ContactImport:
    """Stored, and waiting for its columns."""
    raw = content if isinstance(content, bytes) else content.encode()
    return store_table(io.BytesIO(raw), name="people.csv", by=None)


def look_through(content: str | bytes, targets: list[str] | None = None, **options: Any) -> ContactImport:
    """Waiting for the last word."""
    table = upload(content)
    given = {"known": "fill", **options}
    life.set_columns(table, targets or [one.guess for one in guess_columns(table)], **given)
    return work(table)


def bring_in(content: str | bytes, targets: list[str] | None = None, **options: Any) -> ContactImport:
    """Done."""
    table = look_through(content, targets, **options)
    assert life.start(table.pk, by=None, at=timezone.now())
    return work(table)


def take_back(table: ContactImport) -> ContactImport:
    """Undone."""
    assert life.undo(table.pk, by=None, at=timezone.now())
    return work(table)


def work(table: ContactImport) -> ContactImport:
    """Until nothing is under way."""
    life.work_on_imports(at=timezone.now(), seconds=60)
    table.refresh_from_db()
    return table
