"""What is known about these people right now? Read once a batch; with locks when it decides a send."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import Enum

from django.db import connection

from config.arrays import int_array
from config.vault import address_digest
from preferences.models import Contact


@dataclass(slots=True)
class Facts:
    """What the rules need to know of one contact; `choices` maps (type key, topic key, channel) to a frequency.

    `engaged_since` is the later of the last click or purchase and the day the contact came.
    """

    contact_id: int
    address: str | None
    is_tracking_allowed: bool
    paused_until: datetime | None
    is_erased: bool
    is_unconfirmed: bool = False
    engaged_since: datetime | None = None
    time_zone: str = ""
    quiet_from: time | None = None
    quiet_until: time | None = None
    most_a_week: int | None = None
    phone: str = ""
    locale: str = ""
    suppressions: dict[str, str] = field(default_factory=dict)  # scope -> reason; "sms" is of the number
    choices: dict[tuple[str, str, str], str] = field(default_factory=dict)


class Lock(Enum):
    """How the rows of contacts are taken before they are read."""

    NONE = ""
    #: Writers of suppression, choice and pause wait; other readers do not.
    SHARED = " FOR SHARE"
    #: One at a time: for what counts as well as reads.
    ALONE = " FOR NO KEY UPDATE"


def lock_contact(contact_id: int) -> None:
    """Take the row lock that every writer of suppression, choice and pause holds until it commits.

    Conflicts with the gate's FOR SHARE: after such a writer commits, no later send can miss what it wrote.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM preferences_contact WHERE id = %s FOR NO KEY UPDATE", [contact_id])


def lock_contacts(contact_ids: Iterable[int]) -> None:
    """Take the same lock of several, in id order as the gate does; who takes them one by one later waits for nobody."""
    if ids := sorted(set(contact_ids)):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM preferences_contact WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE",
                [int_array(ids)],
            )


def gather_facts(contact_ids: Iterable[int], *, lock: Lock = Lock.NONE) -> dict[int, Facts]:
    """Facts by contact id, in two queries whatever the number of contacts.

    With a lock the rows are first taken in id order; the statements after that see everything that writers committed
    before they gave the locks up. Ids without a row are missing from the answer.
    """
    ids = int_array(sorted(set(contact_ids)))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, address, is_tracking_allowed, paused_until, erased_at IS NOT NULL, is_unconfirmed,"
            " greatest(created_at, last_engaged_at), time_zone, quiet_from, quiet_until, most_a_week, phone, locale"
            f" FROM preferences_contact WHERE id = ANY(%s::bigint[]) ORDER BY id{lock.value}",
            [ids],
        )
        facts = {row[0]: Facts(*row) for row in cursor.fetchall()}
        numbers = [one for one in facts.values() if one.phone]
        cursor.execute(_WISHES + _NUMBERS if numbers else _WISHES, {"ids": ids, **_digests(numbers)})
        wishes = cursor.fetchall()
    for contact_id, is_suppression, first, second, channel, value in wishes:
        if is_suppression:
            facts[contact_id].suppressions[first] = value
        else:
            facts[contact_id].choices[first, second, channel] = value
    return facts


#: What stands against mail: suppressions of the address (scope, reason), and choices (type, topic, channel, frequency).
_WISHES = """
    SELECT c.id, true, s.scope, '', '', s.reason FROM preferences_contact c
    JOIN preferences_suppression s ON s.address_digest = c.address_digest AND s.lifted_at IS NULL
    WHERE c.id = ANY(%(ids)s::bigint[])
    UNION ALL
    SELECT h.contact_id, false, h.type_key, coalesce(t.key, ''), h.channel, h.frequency FROM preferences_choice h
    LEFT JOIN preferences_topic t ON t.id = h.topic_id
    WHERE h.contact_id = ANY(%(ids)s::bigint[])
"""
#: … and for those who have one, suppressions of the phone number.
_NUMBERS = """
    UNION ALL
    SELECT v.id, true, s.scope, '', '', s.reason
    FROM unnest(%(owners)s::bigint[], %(digests)s::bytea[]) AS v(id, digest)
    JOIN preferences_suppression s ON s.address_digest = v.digest AND s.lifted_at IS NULL
"""


def _digests(people: list[Facts]) -> dict[str, list[int] | list[bytes]]:
    return {"owners": [one.contact_id for one in people], "digests": [address_digest(one.phone) for one in people]}


def facts_of(contact: Contact) -> Facts:
    """The facts of one contact, unlocked."""
    return gather_facts([contact.pk])[contact.pk]
