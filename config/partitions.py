"""How are append-only tables cut into months? By range of their UUIDv7 key, so that old months can be dropped whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import OperationalError, connection, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

from config.ids import id_floor


class CreatePartitionedModel(migrations.CreateModel):
    """CreateModel for a table partitioned by range of its primary key, with a default partition."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        plain: Any = schema_editor.sql_create_table
        schema_editor.sql_create_table = f"{plain} PARTITION BY RANGE (id)"
        try:
            schema_editor.create_model(model)
        finally:
            schema_editor.sql_create_table = plain
        table = model._meta.db_table
        schema_editor.execute(f'CREATE TABLE "{table}_default" PARTITION OF "{table}" DEFAULT')


def ensure_months(table: str, *, around: datetime, months_ahead: int = 2) -> list[str]:
    """Create the missing monthly partitions of `table` from the month before `around` on; return their names.

    A month whose rows already lie in the default partition is left there.
    """
    created = []
    for step in range(-1, months_ahead + 1):
        start, end = _month(around, step), _month(around, step + 1)
        name = f"{table}_{start:%Y_%m}"
        if _create_month(table, name, start=start, end=end):
            created.append(name)
    return created


def drop_months(table: str, *, before: datetime, unless: str) -> list[str]:
    """Drop monthly partitions that end before that time, but for those with a row for which `unless` (SQL) is true.

    Waits two seconds at most for those who use the table; what is not dropped now is dropped the next time.
    """
    dropped = []
    for name in _months_of(table):
        year, month = map(int, name.removeprefix(f"{table}_").split("_"))
        if _month(datetime(year, month, 1, tzinfo=UTC), 1) <= before and _drop_month(name, unless=unless):
            dropped.append(name)
    return dropped


def _months_of(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = %s::regclass AND c.relname ~ '_[0-9]{4}_[0-9]{2}$' ORDER BY c.relname",
            [table],
        )
        return [row[0] for row in cursor.fetchall()]


def _drop_month(name: str, *, unless: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            cursor.execute(f'SELECT 1 FROM "{name}" WHERE {unless} LIMIT 1')
            if cursor.fetchone():
                return False
            cursor.execute(f'DROP TABLE "{name}"')
    except OperationalError:
        return False
    return True


def _create_month(table: str, name: str, *, start: datetime, end: datetime) -> bool:
    low, high = id_floor(start), id_floor(end)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [name])
        if cursor.fetchone()[0]:
            return False
        cursor.execute(f'SELECT 1 FROM "{table}_default" WHERE id >= %s AND id < %s LIMIT 1', [low, high])
        if cursor.fetchone():
            return False
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS \"{name}\" PARTITION OF \"{table}\" FOR VALUES FROM ('{low}') TO ('{high}')"
        )
    return True


def _month(around: datetime, step: int) -> datetime:
    months = around.year * 12 + around.month - 1 + step
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
