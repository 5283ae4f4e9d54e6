"""How are many contacts changed at once? Planned with a count first, then done by workers, slice by slice.

A slice takes the locks where senders and leavers meet. What stands already as it should is not written.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Max, Q

from config.arrays import int_array
from preferences.attribute_kinds import write_value
from preferences.audiences import Audience, NoSuchAudience, find_audience, names
from preferences.holdings import Holding, Traces, register_holding
from preferences.models import Attribute, BulkEdit, Contact, ContactList

Action, State = BulkEdit.Action, BulkEdit.State

SLICE = 10_000
#: Whoever wants to change more than that chooses an audience.
MOST_CHOSEN = 1_000
UNDECIDED_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """SQL of one action: whose row it would change, and how. Contacts are `c`."""

    differs: str
    write: str


_MEMBER = "EXISTS (SELECT FROM preferences_listmember m WHERE m.list_id = %(subject)s::bigint AND m.contact_id = c.id)"
_UPDATE = "UPDATE preferences_contact c SET {} WHERE c.id = ANY(%(ids)s::bigint[])"
_CHANGES = {
    Action.SET_ATTRIBUTE: _Change(
        differs="(c.attributes -> %(subject)s) IS DISTINCT FROM %(value)s::jsonb",
        write=_UPDATE.format("attributes = c.attributes || jsonb_build_object(%(subject)s::text, %(value)s::jsonb)"),
    ),
    Action.CLEAR_ATTRIBUTE: _Change(
        differs="c.attributes ? %(subject)s", write=_UPDATE.format("attributes = c.attributes - %(subject)s::text")
    ),
    Action.ADD_TO_LIST: _Change(
        differs=f"NOT {_MEMBER}",
        write="INSERT INTO preferences_listmember (list_id, contact_id)"
              " SELECT %(subject)s::bigint, unnest(%(ids)s::bigint[]) ON CONFLICT (list_id, contact_id) DO NOTHING",
    ),
    Action.REMOVE_FROM_LIST: _Change(
        differs=_MEMBER,
        write="DELETE FROM preferences_listmember"
              " WHERE list_id = %(subject)s::bigint AND contact_id = ANY(%(ids)s::bigint[])",
    ),
    Action.SET_LOCALE: _Change(differs="c.locale <> %(text)s", write=_UPDATE.format("locale = %(text)s")),
    Action.SET_TIME_ZONE: _Change(differs="c.time_zone <> %(text)s", write=_UPDATE.format("time_zone = %(text)s")),
}  # fmt: skip


@transaction.atomic
def plan_edit(
    action: str, *, subject: str = "", value: Any = None, audience: str = "", chosen: Sequence[int] = (), by: int | None
) -> BulkEdit:
    """A change that waits for the last word, with the number of people it is about. Raises NoSuchAudience."""
    called = names().get(audience) if audience else f"{len(chosen):,} chosen contacts"
    if called is None or (not audience and not chosen):
        raise NoSuchAudience(f"there is no audience {audience}")
    made = BulkEdit.objects.create(
        audience=audience, audience_name=called[:200], contact_ids=list(chosen)[:MOST_CHOSEN], action=action,
        subject=subject, value=value, described=_describe(action, subject, value)[:300], created_by=by,
        last_id=Contact.objects.aggregate(last=Max("pk"))["last"] or 0,
    )  # fmt: skip
    people, parameters = _people(made)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), count(*) FILTER (WHERE {_CHANGES[Action(action)].differs}) FROM {people}", parameters
        )
        made.people, made.differing = cursor.fetchone()
    made.save(update_fields=["people", "differing"])
    return made


def start_edit(edit_id: int, *, by: int | None, at: datetime) -> bool:
    """Have a planned change made, or a stopped one go on; whether that is new."""
    waiting = BulkEdit.objects.filter(pk=edit_id, state__in=(State.PLANNED, State.STOPPED))
    with transaction.atomic():
        if not waiting.update(state=State.RUNNING, started_at=at):
            return False
        if by is not None:
            edit = BulkEdit.objects.get(pk=edit_id)
            LogEntry.objects.create(
                user_id=by, action_flag=CHANGE, object_id=str(edit_id), object_repr=f"change {edit_id}",
                content_type=ContentType.objects.get_for_model(BulkEdit),
                change_message=f"{edit.described}: {edit.audience_name}.",
            )  # fmt: skip
    return True


def stop_edit(edit_id: int) -> bool:
    """Let no further slice begin; what was changed stays so."""
    return bool(BulkEdit.objects.filter(pk=edit_id, state=State.RUNNING).update(state=State.STOPPED))


def work_on_edits(*, at: datetime, seconds: float = 2.0, most: int | None = None) -> int:
    """Make slices of changes that are under way, for about so long and at most so many; return how many."""
    deadline, steps = time.monotonic() + seconds, 0
    for edit_id in list(BulkEdit.objects.filter(state=State.RUNNING).order_by("pk").values_list("pk", flat=True)):
        while time.monotonic() < deadline and (most is None or steps < most) and _step(edit_id, at=at):
            steps += 1
    return steps


def forget_plans(*, at: datetime) -> int:
    """Delete plans that nobody decided on; how many."""
    return BulkEdit.objects.filter(state=State.PLANNED, created_at__lt=at - UNDECIDED_FOR).delete()[0]


@transaction.atomic
def _step(edit_id: int, *, at: datetime) -> bool:
    """One slice; False where nothing is left, somebody else is at it, or it was stopped."""
    edit = BulkEdit.objects.select_for_update(skip_locked=True).filter(pk=edit_id, state=State.RUNNING).first()
    if edit is None:
        return False
    try:
        people, parameters = _people(edit)
    except NoSuchAudience:  # the list was deleted meanwhile
        edit.state = State.STOPPED
    else:
        _make_slice(edit, people, parameters, at)
    edit.save()
    return edit.state == State.RUNNING


def _make_slice(edit: BulkEdit, people: str, parameters: dict[str, Any], at: datetime) -> None:
    change = _CHANGES[Action(edit.action)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id FROM {people} AND c.id > %(after)s ORDER BY c.id LIMIT %(most)s FOR NO KEY UPDATE OF c",
            {**parameters, "after": edit.done_through, "most": SLICE},
        )
        looked_at = [row[0] for row in cursor.fetchall()]
        if not looked_at:
            edit.state, edit.finished_at = State.DONE, at
            return
        given = {**parameters, "ids": int_array(looked_at)}
        cursor.execute(
            f"SELECT c.id FROM preferences_contact c WHERE c.id = ANY(%(ids)s::bigint[]) AND {change.differs}", given
        )
        cursor.execute(change.write, {**given, "ids": int_array(row[0] for row in cursor.fetchall())})
        edit.changed += max(cursor.rowcount, 0)
    edit.done_through = looked_at[-1]


def _people(edit: BulkEdit) -> tuple[str, dict[str, Any]]:
    """SQL after FROM, of contacts `c`, and all its parameters."""
    chosen = Audience(label="", sql="SELECT unnest(%s::bigint[]) AS id")
    selected = find_audience(edit.audience) if edit.audience else chosen
    values = selected.parameters if edit.audience else (int_array(edit.contact_ids),)
    marks = {f"audience_{number}": value for number, value in enumerate(values)}
    sql = selected.sql % tuple(f"%({name})s" for name in marks)
    text = edit.value if isinstance(edit.value, str) else ""
    parameters = {**marks, "subject": edit.subject, "value": json.dumps(edit.value), "text": text, "last": edit.last_id}
    people = f"preferences_contact c WHERE c.id IN ({sql}) AND c.erased_at IS NULL AND c.id <= %(last)s"
    return people, parameters


def _describe(action: str, subject: str, value: Any) -> str:
    match action:
        case Action.SET_ATTRIBUTE | Action.CLEAR_ATTRIBUTE:
            name = Attribute.objects.filter(key=subject).values_list("name", flat=True).first() or subject
            return f"Set “{name}” to “{write_value(value)}”" if action == Action.SET_ATTRIBUTE else f"Clear “{name}”"
        case Action.ADD_TO_LIST | Action.REMOVE_FROM_LIST:
            name = ContactList.objects.filter(pk=int(subject)).values_list("name", flat=True).first() or subject
            return f"{Action(action).label.removesuffix(' a list')} the list “{name}”"
    return f"{Action(action).label} to “{value}”" if value else f"Clear {Action(action).label.removeprefix('Set ')}"


def register() -> None:
    """Have values that were set looked through when somebody is erased: one may name a person."""
    register_holding(Holding(name="changes of many contacts", erase=_erase_values))


def _erase_values(traces: Traces, limit: int) -> int:
    named = Q()
    for text in traces.texts:
        named |= Q(described__icontains=text)
    if not traces.texts:
        return 0
    over = BulkEdit.objects.filter(named).exclude(state=State.RUNNING).values_list("pk", flat=True)[:limit]
    return BulkEdit.objects.filter(pk__in=list(over)).update(described="", value=None, state=State.DONE)
