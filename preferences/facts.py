"""What is known about these people right now? Read once a batch; with locks when it decides a send."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from config.arrays import int_array
from preferences.models import Contact


@dataclass(slots=True)
class Facts:
    """What eligibility needs to know of one contact; `choices` maps (type key, topic key) to a frequency."""

    contact_id: int
    address: str | None
    is_tracking_allowed: bool
    paused_until: datetime | None
    is_erased: bool
    suppressions: dict[str, str] = field(default_factory=dict)  # scope -> reason
    choices: dict[tuple[str, str], str] = field(default_factory=dict)


def lock_contact(contact_id: int) -> None:
    """Take the row lock that every writer of suppression, choice and pause holds until it commits.

    Conflicts with the gate's FOR SHARE: after such a writer commits, no later send can miss what it wrote.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM preferences_contact WHERE id = %s FOR NO KEY UPDATE", [contact_id])


def gather_facts(contact_ids: Iterable[int], *, lock: bool = False) -> dict[int, Facts]:
    """Facts by contact id, in two queries whatever the number of contacts.

    With `lock` the rows are first taken FOR SHARE in id order; the statements after that see everything that
    writers committed before they gave the locks up. Ids without a row are missing from the answer.
    """
    ids = int_array(sorted(set(contact_ids)))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, address, is_tracking_allowed, paused_until, erased_at IS NOT NULL"
            " FROM preferences_contact WHERE id = ANY(%s::bigint[]) ORDER BY id" + (" FOR SHARE" if lock else ""),
            [ids],
        )
        facts = {row[0]: Facts(*row) for row in cursor.fetchall()}
        cursor.execute(_WISHES, {"ids": ids})
        wishes = cursor.fetchall()
    for contact_id, is_suppression, first, second, value in wishes:
        if is_suppression:
            facts[contact_id].suppressions[first] = value
        else:
            facts[contact_id].choices[first, second] = value
    return facts


#: What stands against mail: suppressions of the address (scope, reason), and choices (type key, topic key, frequency).
_WISHES = """
    SELECT c.id, true, s.scope, '', s.reason FROM preferences_contact c
    JOIN preferences_suppression s ON s.address_digest = c.address_digest AND s.lifted_at IS NULL
    WHERE c.id = ANY(%(ids)s::bigint[])
    UNION ALL
    SELECT h.contact_id, false, h.type_key, coalesce(t.key, ''), h.frequency FROM preferences_choice h
    LEFT JOIN preferences_topic t ON t.id = h.topic_id
    WHERE h.contact_id = ANY(%(ids)s::bigint[]) AND h.channel = 'email'
"""


def facts_of(contact: Contact) -> Facts:
    """The facts of one contact, unlocked."""
    return gather_facts([contact.pk])[contact.pk]
