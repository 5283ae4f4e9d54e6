"""What happens on the first query when no database is known? A sentence that says how to get one."""

from __future__ import annotations

from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        raise OperationalError("No database is running here: start scripts/up, or set DATABASE_URL.")
