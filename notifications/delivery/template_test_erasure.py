"""How do tests of mails forget a person? Seed lists lose their address, and no test shows their values any more."""

from __future__ import annotations

from typing import Any

from django.db import connection

from notifications.delivery.models import SeedList, TemplateTest
from notifications.delivery.models.template_test import SOURCE
from preferences.holdings import Holding, Traces, register_holding


def register() -> None:
    """Have tests counted and looked through."""
    for holding in (
        Holding(name="seed lists", erase=forget_seeds),
        Holding(name="tests", title="tests of mails that were read as this person (they cannot be shown any more)",
                count=_count, erase=forget_tests),
    ):  # fmt: skip
        register_holding(holding)


def forget_seeds(traces: Traces, limit: int) -> int:
    """Take the person's addresses off the lists."""
    changed = 0
    for held in SeedList.objects.select_for_update().order_by("pk"):
        kept = [address for address in held.addresses if address not in traces.addresses]
        if len(kept) < len(held.addresses) and changed < limit:
            SeedList.objects.filter(pk=held.pk).update(addresses=kept)
            changed += 1
    return changed


def forget_tests(traces: Traces, limit: int) -> int:
    """Empty what the tests hold that were read as the person, sent or waiting; then nothing in them names anybody."""
    sources = [
        f"{SOURCE}{pk}"
        for pk in TemplateTest.objects.filter(as_contact_id=traces.contact_id).values_list("pk", flat=True)
    ]
    with connection.cursor() as cursor:
        return sum(_run(cursor, statement, sources, limit) for statement in _EMPTYING) if sources else 0


_OF_TESTS = "SELECT {column} FROM tracking_message m WHERE m.source = ANY(%s)"
_EMPTY_ROWS = (
    "UPDATE notifications_outbox SET payload = '{}' WHERE message_id IN"
    " (SELECT o.message_id FROM notifications_outbox o WHERE o.payload <> '{}'"
    f" AND o.message_id IN ({_OF_TESTS.format(column='m.id')}) LIMIT %s)"
)
_EMPTY_CALLS = (
    "UPDATE notifications_call SET members = '[]' WHERE id IN (SELECT c.id FROM notifications_call c"
    f" WHERE c.members <> '[]' AND c.id IN ({_OF_TESTS.format(column='unnest(m.call_ids)')}) LIMIT %s)"
)
_EMPTY_LETTERS = (
    "UPDATE notifications_deadletter SET payload = '{}' WHERE message_id IN (SELECT d.message_id"
    f" FROM notifications_deadletter d WHERE d.payload <> '{{}}'"
    f" AND d.message_id IN ({_OF_TESTS.format(column='m.id')}) LIMIT %s)"
)
_EMPTYING = (_EMPTY_ROWS, _EMPTY_CALLS, _EMPTY_LETTERS)


def _run(cursor: Any, statement: str, sources: list[str], limit: int) -> int:
    cursor.execute(statement, [sources, limit])
    return int(cursor.rowcount)


def _count(contact_id: int) -> int:
    return TemplateTest.objects.filter(as_contact_id=contact_id).count()
