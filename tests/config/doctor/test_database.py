"""Does the doctor see a database that is behind, unsafe, out of time or filling up?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from config import clock
from config.doctor import database
from notifications.delivery.models import Outbox
from preferences.models import Contact
from tests.config.doctor.asking import ask, make_waiting
from tracking.partitions import ensure_partitions

pytestmark = pytest.mark.django_db


def test_an_unapplied_migration_is_named() -> None:
    MigrationRecorder.Migration.objects.filter(app="tracking").delete()
    [(severity, what), *_] = ask(database.find_migrations)
    assert severity == "broken"
    assert "tracking.0001_initial" in what


def test_an_up_to_date_schema_is_not_mentioned() -> None:
    assert ask(database.find_migrations) == []


@pytest.mark.parametrize(("skew", "expected"), [(1, []), (60, ["warning"]), (600, ["broken"])])
def test_clocks_that_disagree(skew: int, expected: list[str]) -> None:
    with clock.shifted(timedelta(seconds=skew)):
        assert [severity for severity, _ in ask(database.find_skew)] == expected


def test_commits_that_a_crash_could_take_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    [(severity, what)] = ask(database.find_unsafe_commits)
    assert severity == "broken"
    assert "sent twice" in what


def test_a_missing_partition_of_the_next_month() -> None:
    ensure_partitions()
    with clock.shifted(timedelta(days=365)):
        told = ask(database.find_partitions)
    assert [severity for severity, _ in told] == ["warning"]
    assert "tracking_messageevent" in told[0][1]


def test_rows_in_the_default_partition() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracking_webhookreceipt (id, provider, kind, provider_message_id, occurred_at, raw, problem)"
            " VALUES ('00000000-0000-7000-8000-000000000001', 'own', 'opened', '', now(), '{}', '')"
        )
    notes = [what for severity, what in ask(database.find_partitions) if severity == "note"]
    assert "tracking_webhookreceipt" in notes[0]


@pytest.fixture
def _without_vacuum(transactional_db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE notifications_outbox SET (autovacuum_enabled = off)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE notifications_outbox RESET (autovacuum_enabled)")
        cursor.execute("VACUUM notifications_outbox")


@pytest.mark.usefixtures("_without_vacuum")
def test_an_outbox_full_of_dead_rows(ada: Contact, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "MOST_DEAD_ROWS", 20)
    for _ in range(30):
        make_waiting(ada, late=timedelta())
    Outbox.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
    [(severity, what)] = ask(database.find_bloat)
    assert severity == "warning"
    assert "dead rows beside" in what


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_somebody_forgot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LONG_TRANSACTION", timedelta(milliseconds=1))
    other = connections.create_connection("default")
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.01)")
    told: list[Any] = ask(database.find_long_transactions)
    other.rollback()
    other.close()
    assert any("idle in transaction" in what for _, what in told)
