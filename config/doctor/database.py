"""Is PostgreSQL as the ledger needs it: up to date, in time, safe in a crash, with room for the next month?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from config import clock
from config.doctor.findings import Finding, Severity, counted, listed
from notifications.partitions import PARTITIONED_TABLES as _ATTEMPTS
from notifications.templatetags.mails import span
from tracking.partitions import PARTITIONED_TABLES as _REPORTS

SUBJECT = "Database"
TABLES = (*_REPORTS, *_ATTEMPTS)

#: Host clocks make ids and check signatures; a little is nothing, minutes put rows out of order.
SKEW_WARNING, SKEW_BROKEN = timedelta(seconds=2), timedelta(minutes=5)
#: Dead rows of the outbox that a vacuum in time would have taken away.
MOST_DEAD_ROWS = 50_000
LONG_TRANSACTION = timedelta(minutes=10)


def find_migrations(at: datetime) -> Iterator[Finding]:
    """Is the schema the one that this code was written for?"""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        names = [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
        yield Finding(
            severity=Severity.BROKEN, subject=SUBJECT,
            what=f"{counted(len(names), 'migration')} not applied: {listed(names)}.",
            mend="Run: manage.py migrate. Stop the workers before it, and start them again after it.",
        )  # fmt: skip


def find_skew(at: datetime) -> Iterator[Finding]:
    """Do this host and the database agree on the time?"""
    skew = clock.now() - timezone.now()
    if abs(skew) >= SKEW_WARNING:
        ahead = "behind" if skew > timedelta() else "ahead of"
        yield Finding(
            severity=Severity.BROKEN if abs(skew) >= SKEW_BROKEN else Severity.WARNING, subject=SUBJECT,
            what=f"The clock of this host is {span(abs(skew))} {ahead} the database's clock.",
            mend="Let both hosts keep time by NTP (chrony, systemd-timesyncd).",
        )  # fmt: skip


def find_unsafe_commits(at: datetime) -> Iterator[Finding]:
    """Is what is committed kept, whatever happens?"""
    if _show("synchronous_commit") == "off":
        yield Finding(
            severity=Severity.BROKEN, subject=SUBJECT,
            what="synchronous_commit is off: a commit that a crash takes back can be a mail that is sent twice.",
            mend="ALTER DATABASE … SET synchronous_commit = on; then start workers and web servers again.",
        )  # fmt: skip


def find_partitions(at: datetime) -> Iterator[Finding]:
    """Have the monthly tables a place for the next month's rows, and did none fall beside them?"""
    following = (at.replace(day=1, tzinfo=UTC) + timedelta(days=32)).strftime("%Y_%m")
    missing = [table for table in TABLES if not _exists(f"{table}_{following}")]
    if missing:
        yield Finding(
            severity=Severity.WARNING, subject=SUBJECT,
            what=f"There is no partition for the next month ({following.replace('_', '-')}) of {listed(missing)}.",
            mend="The sweeper makes them every hour: see that one runs. Or run: manage.py migrate.",
        )  # fmt: skip
    strayed = [table for table in TABLES if _has_rows(f"{table}_default")]
    if strayed:
        yield Finding(
            severity=Severity.NOTE, subject=SUBJECT,
            what=f"Rows of {listed(strayed)} lie in the default partition: their month had no partition of its own.",
            mend="They are read as all others. They must be moved or deleted before their month can be dropped whole.",
        )  # fmt: skip


def find_bloat(at: datetime) -> Iterator[Finding]:
    """Is the hot table vacuumed as fast as it is written?"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n_live_tup, n_dead_tup FROM pg_stat_user_tables WHERE relid = to_regclass('notifications_outbox')"
        )
        live, dead = cursor.fetchone() or (0, 0)
    if dead > max(MOST_DEAD_ROWS, 2 * live):
        yield Finding(
            severity=Severity.WARNING, subject=SUBJECT,
            what=f"The outbox holds {counted(dead, 'dead row')} beside {counted(live, 'live one')}: claims get slow.",
            mend="Vacuum it more often, as docs/production.md says under PostgreSQL, and look for long transactions.",
        )  # fmt: skip


def find_long_transactions(at: datetime) -> Iterator[Finding]:
    """Does a forgotten transaction keep vacuum from working?"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, coalesce(nullif(application_name, ''), 'a program without a name'), state,"
            " clock_timestamp() - xact_start FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            " AND xact_start < clock_timestamp() - make_interval(secs => %s) ORDER BY xact_start LIMIT 3",
            [LONG_TRANSACTION.total_seconds()],
        )
        rows = cursor.fetchall()
    for pid, name, state, age in rows:
        yield Finding(
            severity=Severity.WARNING, subject=SUBJECT,
            what=f"{name} (process {pid}) has had a transaction open for {span(age)}; it is {state}.",
            mend=f"While it is open nothing can be vacuumed. If it is forgotten: SELECT pg_terminate_backend({pid});",
        )  # fmt: skip


def _show(setting: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [setting])
        return str(cursor.fetchone()[0])


def _exists(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
        return bool(cursor.fetchone()[0])


def _has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')
        return bool(cursor.fetchone()[0])
