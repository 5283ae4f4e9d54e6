"""How do looked-through rows become contacts? Slice by slice; each is one transaction that does all or nothing.

It makes the missing contacts, takes the locks where senders and leavers meet, and then writes. What was chosen by a
person stays: a topic is turned on or off only for somebody who has said nothing about it, nor refused everything.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from preferences.importing.judging import DIFFERS, ERASED, KNOWN, ROWS, slice_of
from preferences.models import ContactImport

_MAKE = f"""
    WITH made AS (
        INSERT INTO preferences_contact
            (email, address, address_digest, first_name, last_name, phone, attributes, locale, time_zone)
        SELECT email, address, digest, coalesce(columns ->> 'first_name', ''), coalesce(columns ->> 'last_name', ''),
               coalesce(columns ->> 'phone', ''), attributes, coalesce(columns ->> 'locale', ''),
               coalesce(columns ->> 'time_zone', '')
        FROM {ROWS} AND NOT EXISTS (SELECT FROM preferences_contact c WHERE c.address = r.address) AND NOT {ERASED}
        ORDER BY address ON CONFLICT (address) DO NOTHING RETURNING id
    )
    INSERT INTO preferences_importchange (table_id, contact_id, is_new, is_listed, before, after)
    SELECT %(table)s, id, true, %(list)s IS NOT NULL, '{{}}', '{{}}' FROM made RETURNING contact_id
"""
#: Those that were just made are seen by nobody yet.
_LOCK = f"""
    SELECT count(*) FROM (SELECT 1 FROM preferences_contact c WHERE c.address IN (SELECT r.address FROM {ROWS})
                          AND c.xmin <> pg_current_xact_id()::xid ORDER BY c.id FOR NO KEY UPDATE) locked
"""
_CHANGE = f"""
    WITH judged AS MATERIALIZED (SELECT * FROM ({KNOWN}) j WHERE contact_id IS NOT NULL AND {DIFFERS}),
    kept AS (
        INSERT INTO preferences_importchange (table_id, contact_id, is_new, before, after)
        SELECT %(table)s, contact_id, false,
               jsonb_build_object('columns', coalesce(columns_before, '{{}}'),
                                  'attributes', coalesce(attributes_before, '{{}}')),
               jsonb_build_object('columns', coalesce(columns_after, '{{}}'),
                                  'attributes', coalesce(attributes_after, '{{}}'))
        FROM judged ON CONFLICT (table_id, contact_id) DO NOTHING
    )
    UPDATE preferences_contact c SET
        first_name = coalesce(j.columns_after ->> 'first_name', c.first_name),
        last_name = coalesce(j.columns_after ->> 'last_name', c.last_name),
        phone = coalesce(j.columns_after ->> 'phone', c.phone),
        locale = coalesce(j.columns_after ->> 'locale', c.locale),
        time_zone = coalesce(j.columns_after ->> 'time_zone', c.time_zone),
        attributes = c.attributes || coalesce(j.attributes_after, '{{}}')
    FROM judged j WHERE c.id = j.contact_id
"""
#: New contacts are noted as listed already.
_LIST = f"""
    WITH listed AS (
        INSERT INTO preferences_listmember (list_id, contact_id)
        SELECT %(list)s, c.id FROM preferences_contact c WHERE c.address IN (SELECT r.address FROM {ROWS})
        ORDER BY c.id ON CONFLICT (list_id, contact_id) DO NOTHING RETURNING contact_id
    ), noted AS (
        INSERT INTO preferences_importchange (table_id, contact_id, is_new, is_listed, before, after)
        SELECT %(table)s, contact_id, false, true, '{{}}', '{{}}' FROM listed WHERE NOT EXISTS (
            SELECT FROM preferences_importchange g
            WHERE g.table_id = %(table)s AND g.contact_id = listed.contact_id AND g.is_new)
        ON CONFLICT (table_id, contact_id) DO UPDATE SET is_listed = true
    )
    SELECT count(*) FROM listed
"""
_SUBSCRIBE = f"""
    WITH wished AS (
        SELECT c.id AS contact_id, t.id AS topic_id, e.value = 'true' AS is_wanted
        FROM (SELECT * FROM {ROWS}) r JOIN preferences_contact c ON c.address = r.address
        CROSS JOIN LATERAL jsonb_each(r.topics) e JOIN preferences_topic t ON t.id = e.key::bigint
        WHERE NOT EXISTS (
            SELECT FROM preferences_choice h WHERE h.contact_id = c.id AND h.type_key = ''
            AND (h.topic_id = t.id OR h.topic_id IS NULL AND h.frequency = 'never'))
    ), made AS (
        INSERT INTO preferences_choice (contact_id, topic_id, type_key, channel, frequency, source)
        SELECT contact_id, topic_id, '', '', CASE WHEN is_wanted THEN 'immediate' ELSE 'never' END, %(source)s
        FROM wished ORDER BY contact_id, topic_id ON CONFLICT DO NOTHING RETURNING contact_id, topic_id, frequency
    ), known AS (
        INSERT INTO preferences_importchange (table_id, contact_id, is_new, before, after)
        SELECT DISTINCT %(table)s, contact_id, false, '{{}}'::jsonb, '{{}}'::jsonb FROM made ON CONFLICT DO NOTHING
    ), proven AS (
        INSERT INTO preferences_consentrecord (contact_id, topic_id, action, wording_id, source)
        SELECT contact_id, topic_id, CASE frequency WHEN 'never' THEN 'withdrawn' ELSE 'granted' END,
               CASE frequency WHEN 'never' THEN NULL ELSE %(wording)s::bigint END, %(source)s FROM made
    )
    SELECT count(*) FILTER (WHERE frequency <> 'never'), count(*) FILTER (WHERE frequency = 'never') FROM made
"""
_DELETE = f"DELETE FROM {ROWS} AND r.note = ''"
#: Of a row that is to be downloaded nothing else is kept.
_STRIP = """
    UPDATE preferences_importrow SET email = '', address = '', digest = NULL, columns = '{}', attributes = '{}'
    WHERE table_id = %(table)s AND number > %(after)s AND number <= %(through)s AND note <> ''
"""
_DELETE_REPEATED = """
    DELETE FROM preferences_importrow
    WHERE table_id = %(table)s AND number > %(after)s AND number <= %(through)s AND is_repeated AND note = ''
"""


def bring_in(table: ContactImport, *, after: int, through: int) -> None:
    """Write a slice, and add what came of it to the table's counts (which the caller saves)."""
    given: dict[str, Any] = {**slice_of(table, after=after, through=through), "list": table.list_id}
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, given)
        given["made"] = [row[0] for row in cursor.fetchall()]
        table.added += len(given["made"])
        cursor.execute(_LOCK, given)
        if table.known != ContactImport.Known.LEAVE:
            cursor.execute(_CHANGE, given)
            table.changed += cursor.rowcount
        if table.list_id:
            cursor.execute(_LIST, given)
            table.listed += cursor.fetchone()[0]
        _subscribe(cursor, table, given)
        for statement in (_DELETE, _DELETE_REPEATED, _STRIP):
            cursor.execute(statement, given)


def _subscribe(cursor: Any, table: ContactImport, given: dict[str, Any]) -> None:
    if not table.has_topics:
        return
    cursor.execute(_SUBSCRIBE, {**given, "source": table.source, "wording": table.wording_id})
    subscribed, refused = cursor.fetchone()
    table.subscribed += subscribed
    table.refused += refused
