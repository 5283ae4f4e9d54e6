"""How is an import taken back? What still stands as the import left it goes back to what it was.

A contact that came by the import goes with it, unless anything happened to it since: a mail, an event, a wish, whatever
row of whatever app points at it. The ledger of consent forgets nothing: of a contact who stands in it an empty shell
stays, and the withdrawal is written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from preferences.models import (
    Choice,
    ConsentRecord,
    Contact,
    ContactImport,
    ImportChange,
    ImportRow,
    ListMember,
    Suppression,
)

#: Rows that do not keep a contact from going, where the import itself wrote them.
_OWN = {
    Choice: "x.source <> %(source)s",
    ConsentRecord: "x.source NOT IN (%(source)s, %(withdrawn)s)",
    ImportChange: "x.table_id <> %(table)s",
    ListMember: "x.list_id IS DISTINCT FROM %(list)s",
    Suppression: "false",  # of the address, not of the person: they hold without the contact
}
#: Nobody's account, and not erased.
_STRANGER = """
    EXISTS (SELECT FROM preferences_contact c WHERE c.id = g.contact_id AND c.user_id IS NULL AND c.erased_at IS NULL)
"""
_CHANGES = "preferences_importchange g WHERE g.table_id = %(table)s AND g.id > %(after)s AND g.id <= %(through)s"


# By contact: the index that keeps one change a contact gives that order.
_FIRST = "(SELECT * FROM preferences_importchange WHERE table_id = %(table)s ORDER BY contact_id LIMIT %(planned)s) g"

#: So many changes are looked at for the plan: a person waits for it.
PLANNED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What taking it back would do; where `is_partial`, to the first `PLANNED` contacts of many."""

    removed: int
    kept: int  # came by the import, and stay: something happened since
    restored: int  # were there before, and were changed
    is_partial: bool = False


def plan_undo(table: ContactImport) -> Plan:
    """What taking it back would do now, without doing it."""
    changes = ImportChange.objects.filter(table=table).order_by("contact")
    given = {**_given(table), "planned": PLANNED}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE g.is_new AND {_is_unused()}),"
            f" count(*) FILTER (WHERE g.is_new AND NOT {_is_unused()}),"
            f" count(*) FILTER (WHERE NOT g.is_new AND g.after <> '{{}}') FROM {_FIRST}",
            given,
        )
        removed, kept, restored = cursor.fetchone()
    return Plan(removed=removed, kept=kept, restored=restored, is_partial=changes[PLANNED : PLANNED + 1].exists())


def undo_slice(table: ContactImport, size: int) -> bool:
    """Take so many changes back, in the open transaction; whether any were left. The caller saves the counts."""
    last = ImportChange.objects.filter(table=table).order_by("pk").values_list("pk", flat=True)[:size]
    numbers = list(last)
    if not numbers:
        return False
    table.to_undo = table.to_undo or ImportChange.objects.filter(table=table).count()
    table.undone += len(numbers)
    given = {**_given(table), "after": numbers[0] - 1, "through": numbers[-1]}
    with connection.cursor() as cursor:
        for statement in (_LOCK, _WITHDRAW, _UNLIST):
            cursor.execute(statement, given)
        table.removed += _remove(cursor, given)
        cursor.execute(_RESTORE, given)
        table.restored += cursor.rowcount
        cursor.execute(f"DELETE FROM {_CHANGES}", given)
    return True


def drop_rows(table: ContactImport, size: int) -> int:
    """Delete so many rows that were never brought in; how many there were. Those with a fault or a note stay."""
    waiting = ImportRow.objects.filter(table=table, fault="", note="").order_by("number").values("pk")[:size]
    return ImportRow.objects.filter(pk__in=waiting).delete()[0]


def _given(table: ContactImport) -> dict[str, Any]:
    return {
        "table": table.pk, "source": table.source, "withdrawn": f"{table.source} taken back", "list": table.list_id,
    }  # fmt: skip


def _remove(cursor: Any, given: dict[str, Any]) -> int:
    """Those that nothing else points at; how many are gone, or nothing but shells."""
    cursor.execute(f"SELECT g.contact_id FROM {_CHANGES} AND g.is_new AND {_is_unused()}", given)
    unused = [row[0] for row in cursor.fetchall()]
    known = {**given, "ids": unused}
    cursor.execute(_SHELL, known)
    for statement in (_FREE_SUPPRESSIONS, _FREE_LISTS, _FREE_CHANGES, _DELETE):
        cursor.execute(statement, known)
    return len(unused)


def _is_unused() -> str:
    """SQL: no row of any app points at the contact of change `g` but those of the import itself."""
    clauses = [_STRANGER]
    for relation in Contact._meta.related_objects:
        model, column = relation.related_model, relation.field.column
        if not isinstance(model, str):
            own = f" AND {_OWN[model]}" if model in _OWN else ""
            clauses.append(
                f'NOT EXISTS (SELECT FROM "{model._meta.db_table}" x WHERE x."{column}" = g.contact_id{own})'
            )
    return f"({' AND '.join(clauses)})"


_LOCK = f"""
    SELECT count(*) FROM (SELECT 1 FROM preferences_contact c WHERE c.id IN (SELECT g.contact_id FROM {_CHANGES})
                          ORDER BY c.id FOR NO KEY UPDATE) locked
"""
_WITHDRAW = f"""
    WITH gone AS (
        DELETE FROM preferences_choice h WHERE h.source = %(source)s
        AND h.contact_id IN (SELECT g.contact_id FROM {_CHANGES}) RETURNING contact_id, topic_id, frequency
    )
    INSERT INTO preferences_consentrecord (contact_id, topic_id, action, source)
    SELECT contact_id, topic_id, 'withdrawn', %(withdrawn)s FROM gone WHERE frequency <> 'never'
"""
_UNLIST = f"""
    DELETE FROM preferences_listmember m WHERE m.list_id = %(list)s
    AND m.contact_id IN (SELECT g.contact_id FROM {_CHANGES} AND g.is_listed)
"""
#: The ledger points at them, so their rows stay, and say nothing.
_SHELL = """
    UPDATE preferences_contact SET email = '', address = NULL, first_name = '', last_name = '', phone = '',
        attributes = '{}', locale = '', time_zone = '', is_tracking_allowed = false, erased_at = clock_timestamp()
    WHERE id = ANY(%(ids)s) AND id IN (SELECT contact_id FROM preferences_consentrecord WHERE contact_id = ANY(%(ids)s))
"""
_FREE_SUPPRESSIONS = "UPDATE preferences_suppression SET contact_id = NULL WHERE contact_id = ANY(%(ids)s)"
_FREE_LISTS = "DELETE FROM preferences_listmember WHERE contact_id = ANY(%(ids)s)"
_FREE_CHANGES = "DELETE FROM preferences_importchange WHERE contact_id = ANY(%(ids)s)"
_DELETE = "DELETE FROM preferences_contact WHERE id = ANY(%(ids)s) AND erased_at IS NULL"


def _back(name: str) -> str:
    """SQL: a column as it was, where it still is as the import left it."""
    held, was = f"g.after #>> '{{columns,{name}}}'", f"g.before #>> '{{columns,{name}}}'"
    return f"{name} = CASE WHEN c.{name} = {held} THEN coalesce({was}, '') ELSE c.{name} END"


_RESTORE = f"""
    UPDATE preferences_contact c SET
        {", ".join(map(_back, ("first_name", "last_name", "phone", "locale", "time_zone")))},
        attributes = (c.attributes - own.standing) || coalesce(own.former, '{{}}')
    FROM (SELECT g.* FROM {_CHANGES} AND NOT g.is_new AND g.after <> '{{}}') g
    JOIN preferences_contact now ON now.id = g.contact_id AND now.erased_at IS NULL
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(e.key), '{{}}') AS standing,
               jsonb_object_agg(e.key, g.before #> ARRAY['attributes', e.key])
                   FILTER (WHERE g.before #> ARRAY['attributes', e.key] <> 'null') AS former
        FROM jsonb_each(g.after -> 'attributes') e WHERE now.attributes -> e.key = e.value
    ) own
    WHERE c.id = g.contact_id
"""
