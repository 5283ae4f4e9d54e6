"""How do the database's moments become ours? Read by the standard library, in a twentieth of the driver's time.

Each mail is claimed and judged by some of them. Django's loader matches a pattern in Python for each.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.backends.signals import connection_created
from psycopg.abc import Buffer
from psycopg.types.datetime import TimestamptzLoader


class MomentLoader(TimestamptzLoader):
    """Reads ISO 8601 as PostgreSQL writes it; leaves to the driver what no `datetime` can hold, so that it says so."""

    timezone = UTC  # Django asks, and puts its own loader in place where a connection speaks in another

    def load(self, data: Buffer) -> datetime:
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            return super().load(data)


def connect() -> None:
    """Use it in every connection from now on."""
    connection_created.connect(_register, dispatch_uid="config.moments")


def _register(connection: Any, **_: Any) -> None:
    connection.connection.adapters.register_loader("timestamptz", MomentLoader)
