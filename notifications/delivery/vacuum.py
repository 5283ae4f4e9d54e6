"""How does the outbox stay small while a campaign passes through it? What was deleted is cleared away at once.

A mail is four versions of a row within seconds. PostgreSQL's own vacuum looks at a table once a minute at most; until
then every question to the outbox walks past a hundred thousand dead rows, and single mails wait for it.
"""

from __future__ import annotations

from django.db import connection

from notifications.delivery.models import Outbox

#: Cleared away from so many dead rows on.
MOST_DEAD = 10_000


def vacuum_outbox() -> bool:
    """Vacuum the outbox when many of its rows are dead; return whether it was. Not inside a transaction."""
    table = Outbox._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relid = %s::regclass", [table])
        row = cursor.fetchone()
        is_wanted = row is not None and row[0] >= MOST_DEAD
        if is_wanted:  # never waits for a lock, and takes none that others would wait for
            cursor.execute(f"VACUUM (SKIP_LOCKED, TRUNCATE false) {table}")
    return is_wanted
