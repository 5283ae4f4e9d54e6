"""How far is an import, and what may happen to it next? Workers go on where the last one stopped or was killed.

Every step is a transaction behind the import's own row, which nobody waits for who could do something else.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from preferences import attributes
from preferences.consent import publish_wording
from preferences.importing import judging, reading, running, undoing
from preferences.importing.columns import NEW, new_key
from preferences.models import ContactImport, ContactList, ImportChange, ImportPart, ImportRow, Topic

State = ContactImport.State

#: Lines that one transaction counts or brings in, and changes that one takes back.
SLICE, UNDO_SLICE = 20_000, 5_000
#: Rows of a stopped import that one transaction forgets.
ROWS_DROPPED = 50_000
#: An import that nobody decides on is forgotten after a day; refused rows, and the way back, after a month.
UNDECIDED_FOR, KEPT_FOR = timedelta(days=1), timedelta(days=30)
#: A slice meets a million contacts: with the price of a spinning disk the planner would read them all, each time.
_LOOK_UP = "SELECT set_config('random_page_cost', '1.1', true), set_config('work_mem', '64MB', true)"


@transaction.atomic
def set_columns(
    table: ContactImport,
    targets: list[str],
    *,
    known: str,
    to_list: ContactList | str | None = None,
    topics: list[Topic] | None = None,
    consent_source: str = "",
    wording: str = "",
) -> bool:
    """Say what the columns are, and have the table looked through; a list may be named that does not exist yet.

    Nothing happens, and it returns False, where somebody else was quicker.
    """
    waiting = ContactImport.objects.filter(pk=table.pk, state__in=(State.MAPPING, State.READY))
    if waiting.select_for_update().first() is None:
        return False
    if isinstance(to_list, str):
        to_list = ContactList.objects.get_or_create(name=to_list)[0] if to_list else None
    agreed = publish_wording(f"import-{table.pk}", wording) if wording else None
    pairs = zip(table.columns, targets, strict=True)
    waiting.update(
        columns=[{"name": column["name"], "target": target} for column, target in pairs], known=known, list=to_list,
        consent_source=consent_source[:200], wording=agreed,
        state=State.READING, rows_read=0, faulty=_early_faults(table), noted=0, repeated=0, fresh=0, differing=0,
        same=0, erased=0, suppressed=0, read_through=0, counted_through=0,
    )  # fmt: skip
    table.topics.set(topics or [])
    return True


def _early_faults(table: ContactImport) -> int:
    """Forget what an earlier look found; how many faults of the upload itself are left."""
    ImportRow.objects.filter(table=table).exclude(fault__startswith="the line").delete()
    return ImportRow.objects.filter(table=table).count()


def ask_again(table_id: int) -> bool:
    """Back to the columns, with nothing brought in yet."""
    waiting = ContactImport.objects.filter(pk=table_id, state=State.READY)
    return bool(waiting.update(state=State.MAPPING))


@transaction.atomic
def start(table_id: int, *, by: int | None, at: datetime) -> bool:
    """Have a looked-through table brought in, or a stopped one go on; whether that is new. New attributes are made."""
    waiting = ContactImport.objects.select_for_update().filter(pk=table_id, state__in=(State.READY, State.STOPPED))
    table = waiting.first()
    if table is None:
        return False
    for place, column in enumerate(table.columns):
        if column["target"].startswith(NEW):
            key = new_key(column["name"], place)
            attributes.define(key, name=column["name"], kind=column["target"].removeprefix(NEW))
    ImportPart.objects.filter(table=table).delete()
    waiting.update(state=State.RUNNING, started_at=at)
    _note(table, "Started the import.", by=by)
    return True


def stop(table_id: int) -> bool:
    """Let no further slice begin; what was brought in stays. A table that is being looked through is asked again."""
    reading_ = ContactImport.objects.filter(pk=table_id, state=State.READING).update(state=State.MAPPING)
    running_ = ContactImport.objects.filter(pk=table_id, state=State.RUNNING).update(state=State.STOPPED)
    return bool(reading_ or running_)


def drop(table_id: int) -> bool:
    """Forget a table of which nothing was brought in."""
    return bool(ContactImport.objects.filter(pk=table_id, state__in=(State.MAPPING, State.READY)).delete()[0])


@transaction.atomic
def undo(table_id: int, *, by: int | None, at: datetime) -> bool:
    """Have an import taken back; whether that is new."""
    done = ContactImport.objects.filter(pk=table_id, state__in=(State.DONE, State.STOPPED))
    if not done.update(state=State.UNDOING, started_at=at, finished_at=None):
        return False
    _note(ContactImport.objects.get(pk=table_id), "Took the import back.", by=by)
    return True


def work_on_imports(*, at: datetime, seconds: float = 2.0, most: int | None = None) -> int:
    """Do steps of imports that are under way, for about so long and at most so many; return how many."""
    deadline, steps = time.monotonic() + seconds, 0
    under_way = ContactImport.objects.filter(state__in=_STEPS).order_by("pk").values_list("pk", flat=True)
    for table_id in list(under_way):
        while time.monotonic() < deadline and (most is None or steps < most) and _step(table_id, at=at):
            steps += 1
    return steps


@transaction.atomic
def _step(table_id: int, *, at: datetime) -> bool:
    """One step; False where nothing is left, somebody else is at it, or it was stopped."""
    rows = ContactImport.objects.select_for_update(skip_locked=True, of=("self",)).filter(state__in=_STEPS)
    table = rows.filter(pk=table_id).first()
    if table is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_UP)
    _STEPS[table.state](table, at)
    table.save()
    return table.state in _STEPS


def _look_through(table: ContactImport, at: datetime) -> None:
    """Parts become rows; then repeated addresses are marked; then all is compared, slice by slice."""
    if table.started_at is None or table.read_through == 0:
        table.started_at = at
    if table.read_through < table.parts:
        table.read_through += 1
        part = ImportPart.objects.get(table=table, number=table.read_through)
        rows, faulty, noted = reading.read_part(table, part, reading.plan_reading(table))
        table.rows_read, table.faulty, table.noted = table.rows_read + rows, table.faulty + faulty, table.noted + noted
        if table.read_through == table.parts:
            table.repeated = judging.mark_repeated(table)
            _analyse()
        return
    through = min(table.counted_through + SLICE, table.last_number)
    judging.count_slice(table, after=table.counted_through, through=through)
    table.counted_through = through
    if through >= table.last_number:
        table.state = State.READY


def _analyse() -> None:
    """The planner must know of a million rows that were not there a minute ago."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE preferences_importrow")


def _bring_in(table: ContactImport, at: datetime) -> None:
    through = min(table.done_through + SLICE, table.last_number)
    running.bring_in(table, after=table.done_through, through=through)
    table.done_through = through
    if through >= table.last_number:
        table.state, table.finished_at = State.DONE, at


def _take_back(table: ContactImport, at: datetime) -> None:
    """Change by change; then the rows go that were still to be brought in, since it may have been stopped."""
    if not undoing.undo_slice(table, UNDO_SLICE) and not undoing.drop_rows(table, ROWS_DROPPED):
        table.state, table.finished_at = State.UNDONE, at


_STEPS: dict[str, Callable[[ContactImport, datetime], Any]] = {
    State.READING: _look_through, State.RUNNING: _bring_in, State.UNDOING: _take_back,
}  # fmt: skip


def forget_imports(*, at: datetime) -> int:
    """Delete what nobody decided on, and of imports long over the refused rows and the way back; how many rows."""
    undecided = ContactImport.objects.filter(
        state__in=(State.MAPPING, State.READING, State.READY), created_at__lt=at - UNDECIDED_FOR
    )
    old = {"table__finished_at__lt": at - KEPT_FOR}
    rows = ImportRow.objects.filter(**old)
    changes = ImportChange.objects.filter(**old)
    return undecided.delete()[0] + rows.delete()[0] + changes.delete()[0]


def _note(table: ContactImport, words: str, *, by: int | None) -> None:
    if by is not None:
        LogEntry.objects.create(
            user_id=by, action_flag=CHANGE, object_id=str(table.pk), object_repr=f"import {table.pk}",
            content_type=ContentType.objects.get_for_model(ContactImport), change_message=words,
        )  # fmt: skip
