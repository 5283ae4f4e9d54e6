"""What would the rows of a table change? One statement says it for the count, the preview and the import itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from preferences.attribute_kinds import write_value
from preferences.models import Attribute, ContactImport

_FIELD_WORDS = {
    "first_name": "First name", "last_name": "Last name", "phone": "Phone", "locale": "Language",
    "time_zone": "Time zone",
}  # fmt: skip
#: The rows of a slice that are to be brought in.
ROWS = """
    preferences_importrow r WHERE r.table_id = %(table)s AND r.number > %(after)s AND r.number <= %(through)s
    AND r.fault = '' AND NOT r.is_repeated
"""
#: Whether the owner of an address was erased. Nothing brings such a person back.
ERASED = """
    EXISTS (SELECT FROM preferences_suppression s WHERE s.address_digest = r.digest AND s.lifted_at IS NULL
            AND s.reason = 'erased')
"""
_SUPPRESSED = """
    EXISTS (SELECT FROM preferences_suppression s WHERE s.address_digest = r.digest AND s.lifted_at IS NULL
            AND s.scope <> 'sms' AND s.reason <> 'erased')
"""


def _differences(column: str, held: str) -> str:
    """What stands otherwise in the contact, before and after, of what may be changed."""
    return f"""
        LEFT JOIN LATERAL (
            SELECT jsonb_object_agg(e.key, coalesce({held} -> e.key, 'null')) AS before,
                   jsonb_object_agg(e.key, e.value) AS after
            FROM jsonb_each(r.{column}) e
            WHERE {held} || r.{column} IS DISTINCT FROM {held}  -- most rows say nothing new: settled at one look
            AND ({held} -> e.key) IS DISTINCT FROM e.value
            AND (%(known)s = 'overwrite' OR %(known)s = 'fill' AND coalesce({held} ->> e.key, '') = '')
        ) of_{column} ON true
    """


#: One row each: who it is, whether to be passed over, and what differs (NULL: nothing).
JUDGED = f"""
    SELECT r.number, r.email, r.columns, r.attributes, c.id AS contact_id, {ERASED} AS is_erased,
           {_SUPPRESSED} AS is_suppressed, of_columns.before AS columns_before, of_columns.after AS columns_after,
           of_attributes.before AS attributes_before, of_attributes.after AS attributes_after
    FROM (SELECT * FROM {ROWS}) r
    LEFT JOIN preferences_contact c ON c.address = r.address
    LEFT JOIN LATERAL (
        SELECT jsonb_build_object('first_name', c.first_name, 'last_name', c.last_name, 'phone', c.phone,
                                  'locale', c.locale, 'time_zone', c.time_zone) AS held
        WHERE c.id IS NOT NULL
    ) own ON true
    {_differences("columns", "own.held")} {_differences("attributes", "c.attributes")}
"""
#: The same, of those who were there before: whoever the slice just made is what the row says.
KNOWN = JUDGED.replace(
    "ON c.address = r.address", "ON c.address = r.address AND c.id NOT IN (SELECT unnest(%(made)s::bigint[]))"
)
DIFFERS = "(columns_after IS NOT NULL OR attributes_after IS NOT NULL)"
_COUNT = f"""
    SELECT count(*) FILTER (WHERE is_erased),
           count(*) FILTER (WHERE NOT is_erased AND contact_id IS NULL),
           count(*) FILTER (WHERE contact_id IS NOT NULL AND {DIFFERS}),
           count(*) FILTER (WHERE contact_id IS NOT NULL AND NOT {DIFFERS}),
           count(*) FILTER (WHERE is_suppressed)
    FROM ({JUDGED}) judged
"""
_PREVIEW = f"""
    SELECT number, email, columns, attributes, contact_id, is_erased, is_suppressed, columns_before, columns_after,
           attributes_before, attributes_after
    FROM ({JUDGED} ORDER BY r.number LIMIT %(most)s) judged ORDER BY number
"""
#: An address that stands more than once counts where it stands last.
_MARK_REPEATED = """
    UPDATE preferences_importrow r SET is_repeated = true FROM (
        SELECT id, row_number() OVER (PARTITION BY address ORDER BY number DESC) AS place
        FROM preferences_importrow WHERE table_id = %(table)s AND fault = ''
    ) ranked WHERE ranked.id = r.id AND ranked.place > 1
"""

_FOLLOW_MERGES = """
    UPDATE preferences_importrow r SET address = w.address, digest = w.address_digest
    FROM preferences_contactmerge m JOIN preferences_contact l ON l.id = m.loser_id
    JOIN preferences_contact w ON w.id = m.winner_id AND w.erased_at IS NULL
    WHERE r.table_id = %(table)s AND r.fault = '' AND r.digest = l.address_digest
    AND NOT EXISTS (SELECT FROM preferences_contact c WHERE c.address = r.address)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One row of the preview: what becomes of whom, and each difference as (what, before, after)."""

    number: int
    email: str
    outcome: str  # "new", "changed", "same", "erased"
    is_suppressed: bool
    differences: tuple[tuple[str, str, str], ...]


def mark_repeated(table: ContactImport) -> int:
    """Have only the last row of each address count; how many do not. A merged address stands for its winner's."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW_MERGES, {"table": table.pk})
        cursor.execute(_MARK_REPEATED, {"table": table.pk})
        return int(cursor.rowcount)


def count_slice(table: ContactImport, *, after: int, through: int) -> None:
    """Add what rows of a slice would do to the counts of the table."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, slice_of(table, after=after, through=through))
        erased, fresh, differing, same, suppressed = cursor.fetchone()
    table.erased += erased
    table.fresh += fresh
    table.differing += differing
    table.same += same
    table.suppressed += suppressed


def preview(table: ContactImport, most: int = 8) -> list[Shown]:
    """What becomes of the first rows."""
    with connection.cursor() as cursor:
        cursor.execute(_PREVIEW, {**slice_of(table, after=0, through=table.last_number), "most": most})
        rows = cursor.fetchall()
    names = dict(Attribute.objects.values_list("key", "name"))
    return [_shown(row, names) for row in rows]


def slice_of(table: ContactImport, *, after: int, through: int) -> dict[str, Any]:
    """The parameters of the statements."""
    return {"table": table.pk, "known": table.known, "after": after, "through": through}


def _shown(row: Sequence[Any], names: Mapping[str, str]) -> Shown:
    number, email, columns, attributes, contact_id, is_erased, is_suppressed, *changes = row
    c_before, c_after, a_before, a_after = changes if contact_id is not None else (None, columns, None, attributes)
    differences = [*_differing(c_before, c_after, _FIELD_WORDS), *_differing(a_before, a_after, names)]
    differences = [] if is_erased else differences
    outcome = "erased" if is_erased else "new" if contact_id is None else "changed" if differences else "same"
    return Shown(
        number=number, email=email, outcome=outcome, is_suppressed=is_suppressed, differences=tuple(differences)
    )


def _differing(before: Any, after: Any, words: Mapping[str, str]) -> list[tuple[str, str, str]]:
    was, now = (json.loads(one) if isinstance(one, str) else one or {} for one in (before, after))
    return [(words.get(key, key), write_value(was.get(key)), write_value(now[key])) for key in _ordered(now, words)]


def _ordered(found: Mapping[str, Any], words: Mapping[str, str]) -> list[str]:
    """As people expect them, then whatever else there is."""
    return [*(key for key in words if key in found), *(key for key in found if key not in words)]
