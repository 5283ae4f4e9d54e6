"""What is known about these people right now? Read once a batch; with locks when it decides a send."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from preferences.models import Choice, Contact, Suppression


@dataclass(slots=True, kw_only=True)
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
    """Facts by contact id, in three queries whatever the number of contacts.

    With `lock` the rows are first taken FOR SHARE in id order; the statements after that see everything that
    writers committed before they gave the locks up. Ids without a row are missing from the answer.
    """
    ids = sorted(set(contact_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, address, is_tracking_allowed, paused_until, erased_at, address_digest"
            " FROM preferences_contact WHERE id = ANY(%s) ORDER BY id" + (" FOR SHARE" if lock else ""),
            [ids],
        )
        rows = cursor.fetchall()
    facts = {
        row[0]: Facts(
            contact_id=row[0], address=row[1], is_tracking_allowed=row[2], paused_until=row[3],
            is_erased=row[4] is not None,
        )
        for row in rows
    }  # fmt: skip
    _add_suppressions(facts, {bytes(row[5]): row[0] for row in rows})
    _add_choices(facts)
    return facts


def _add_suppressions(facts: dict[int, Facts], owners: dict[bytes, int]) -> None:
    active = Suppression.objects.filter(address_digest__in=list(owners), lifted_at=None)
    for digest, scope, reason in active.values_list("address_digest", "scope", "reason"):
        facts[owners[bytes(digest)]].suppressions[scope] = reason


def _add_choices(facts: dict[int, Facts]) -> None:
    wishes = Choice.objects.filter(contact_id__in=list(facts), channel="email")
    for contact_id, type_key, topic_key, frequency in wishes.values_list(
        "contact_id", "type_key", "topic__key", "frequency"
    ):
        facts[contact_id].choices[type_key, topic_key or ""] = frequency


def facts_of(contact: Contact) -> Facts:
    """The facts of one contact, unlocked."""
    return gather_facts([contact.pk])[contact.pk]
