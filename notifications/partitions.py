"""Which of our tables are cut into months?"""

from __future__ import annotations

from config import clock
from config.partitions import ensure_months

PARTITIONED_TABLES = ("notifications_attempt",)


def ensure_partitions() -> None:
    """Make this month's partitions and those of the next two."""
    for table in PARTITIONED_TABLES:
        ensure_months(table, around=clock.now())
