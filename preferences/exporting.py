"""How does a table of contacts leave? Written by workers part by part, kept for a day, and written down who took it."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Max, Q

from preferences.attribute_kinds import write_value
from preferences.audiences import NoSuchAudience, find_audience, names
from preferences.consent_proof import defuse
from preferences.holdings import Holding, Traces, register_holding
from preferences.models import Attribute, Contact, ContactExport, ExportPart, Topic

State = ContactExport.State

#: Contacts of one part.
SLICE = 10_000
KEPT_FOR = timedelta(days=1)

_ATTRIBUTE, _TOPIC = "attribute:", "topic:"
#: What can be written of the contact's own row: SQL by name.
_OWN = {
    "email": "c.email", "first_name": "c.first_name", "last_name": "c.last_name", "phone": "c.phone",
    "locale": "c.locale", "time_zone": "c.time_zone", "created_at": "c.created_at",
    "last_opened_at": "c.last_opened_at",
    "last_clicked_at": "c.last_clicked_at", "paused_until": "c.paused_until",
    "suppressed": "coalesce((SELECT string_agg(s.scope, '; ' ORDER BY s.scope) FROM preferences_suppression s"
                  " WHERE s.address_digest = c.address_digest AND s.lifted_at IS NULL), '')",
}  # fmt: skip
DEFAULT = ("email", "first_name", "last_name", "locale", "time_zone")


def column_choices() -> list[tuple[str, str]]:
    """All that a table may hold of a contact, as (name, words)."""
    words = {"email": "E-mail address", "locale": "Language", "created_at": "Contact since"}
    own = [(name, words.get(name, name.replace("_", " ").removesuffix(" at").capitalize())) for name in _OWN]
    attributes = [(f"{_ATTRIBUTE}{one.key}", one.name) for one in Attribute.objects.all()]
    topics = [(f"{_TOPIC}{one.pk}", f"Topic: {one.name}") for one in Topic.objects.all()]
    return [*own, *attributes, *topics]


@transaction.atomic
def order_export(audience: str, columns: Sequence[str], *, by: int | None) -> ContactExport:
    """Have a table written. Raises NoSuchAudience, or ValueError for a column that there is not."""
    called = names().get(audience)
    if called is None:
        raise NoSuchAudience(f"there is no audience {audience}")
    if not columns or set(columns) - {name for name, _words in column_choices()}:
        raise ValueError("choose columns that there are")
    last = Contact.objects.aggregate(last=Max("pk"))["last"] or 0
    made = ContactExport.objects.create(
        audience=audience, audience_name=called[:200], columns=list(columns), created_by=by, last_id=last
    )
    note(made, f"Ordered a table of {called}: {', '.join(columns)}.", by=by, flag=ADDITION)
    return made


def stop_export(table_id: int) -> bool:
    """Let no further part be written, and forget those that were."""
    if not ContactExport.objects.filter(pk=table_id, state=State.RUNNING).update(state=State.STOPPED):
        return False
    ExportPart.objects.filter(table=table_id).delete()
    return True


def work_on_exports(*, at: datetime, seconds: float = 2.0, most: int | None = None) -> int:
    """Write parts of tables that are under way, for about so long and at most so many; return how many."""
    deadline, steps = time.monotonic() + seconds, 0
    for table_id in list(ContactExport.objects.filter(state=State.RUNNING).order_by("pk").values_list("pk", flat=True)):
        while time.monotonic() < deadline and (most is None or steps < most) and _step(table_id, at=at):
            steps += 1
    return steps


@transaction.atomic
def _step(table_id: int, *, at: datetime) -> bool:
    """One part; False where nothing is left, somebody else is at it, or it was stopped."""
    rows = ContactExport.objects.select_for_update(skip_locked=True).filter(pk=table_id, state=State.RUNNING)
    table = rows.first()
    if table is None:
        return False
    try:
        found = _read(table)
    except NoSuchAudience:  # the list was deleted meanwhile
        table.state, found = State.STOPPED, []
    if found:
        table.parts += 1
        ExportPart.objects.create(table=table, number=table.parts, text=_write(table.columns, found))
        table.written += len(found)
        table.done_through = found[-1][0]
    elif table.state == State.RUNNING:
        table.state, table.finished_at, table.done_through = State.DONE, at, table.last_id
    table.save()
    return table.state == State.RUNNING


def _read(table: ContactExport) -> list[tuple[Any, ...]]:
    """(id, cells …) of the next contacts."""
    selected = find_audience(table.audience)
    cells, given = zip(*map(_cell, table.columns), strict=True)
    parameters = [*(value for values in given for value in values), *selected.parameters]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id, {', '.join(cells)} FROM preferences_contact c JOIN ({selected.sql}) s ON s.id = c.id"
            " WHERE c.id > %s AND c.id <= %s AND c.erased_at IS NULL ORDER BY c.id LIMIT %s",
            [*parameters, table.done_through, table.last_id, SLICE],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _cell(column: str) -> tuple[str, tuple[Any, ...]]:
    """SQL of a cell, and its parameters."""
    if column.startswith(_ATTRIBUTE):
        return "(c.attributes -> %s)::text", (column.removeprefix(_ATTRIBUTE),)
    if column.startswith(_TOPIC):
        chosen = ("(SELECT h.frequency FROM preferences_choice h WHERE h.contact_id = c.id AND h.topic_id = %s"
                  " AND h.type_key = '' AND h.channel = '')")  # fmt: skip
        return chosen, (int(column.removeprefix(_TOPIC)),)
    return _OWN[column], ()


def _write(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([defuse(_text_of(*cell)) for cell in zip(columns, row[1:], strict=True)])
    return text.getvalue()


def _text_of(column: str, value: Any) -> str:
    if column.startswith(_ATTRIBUTE):
        return write_value(json.loads(value) if isinstance(value, str) else value)
    return value.isoformat() if isinstance(value, datetime) else str(value or "")


def read_export(table: ContactExport) -> Iterator[str]:
    """The table as CSV, a part at a time, with a header."""
    said = dict(column_choices())
    header = io.StringIO()
    csv.writer(header).writerow([defuse(said.get(column, column)) for column in table.columns])
    yield "\ufeff" + header.getvalue()  # without the mark Excel reads no UTF-8
    for number in range(1, table.parts + 1):
        part = ExportPart.objects.filter(table=table, number=number).first()
        yield part.text if part else ""


def forget_exports(*, at: datetime) -> int:
    """Delete the text of tables that were kept long enough; how many tables."""
    old = ContactExport.objects.filter(state__in=(State.DONE, State.RUNNING), created_at__lt=at - KEPT_FOR)
    ExportPart.objects.filter(table__in=old.values("pk")).delete()
    return old.update(state=State.GONE)


def note(table: ContactExport, words: str, *, by: int | None, flag: int = CHANGE) -> None:
    """Write down who did what with a table."""
    if by is not None:
        LogEntry.objects.create(
            user_id=by, action_flag=flag, object_id=str(table.pk), object_repr=f"export {table.pk}",
            content_type=ContentType.objects.get_for_model(ContactExport), change_message=words,
        )  # fmt: skip


def register() -> None:
    """Have tables that wait for their download looked through when somebody is erased."""
    register_holding(Holding(name="exports", erase=_erase_lines))


def _erase_lines(traces: Traces, limit: int) -> int:
    named = Q()
    for text in traces.texts:
        named |= Q(text__icontains=text)
    if not traces.texts:
        return 0
    parts = list(ExportPart.objects.filter(named)[: max(1, limit // 200)])
    for part in parts:
        written = io.StringIO()
        csv.writer(written).writerows(row for row in csv.reader(io.StringIO(part.text)) if not _names(row, traces))
        part.text = written.getvalue()
        part.save(update_fields=["text"])
    return len(parts)


def _names(row: Sequence[str], traces: Traces) -> bool:
    line = "\n".join(row).casefold()
    return any(text.casefold() in line for text in traces.texts)
