"""When is a cohort counted again? Soon after it changed, and the more it costs, the less often."""

from __future__ import annotations

import time
from datetime import datetime

from django.db import connection, transaction

from config import clock
from tracking.figures.counting import count_cohort

#: A cohort rests for so many times as long as counting it took: at most a twentieth of one core goes into figures.
REST = 20
SHORTEST_REST_SECONDS = 2.0
#: A sweep ends after about so long; the next one goes on.
MOST_SECONDS = 5.0


def refresh_figures() -> int:
    """Count the cohorts that are due; return how many. Any number of processes may do so at once."""
    ends_at, counted = time.monotonic() + MOST_SECONDS, 0
    _fold_marks(at=clock.now())
    while time.monotonic() < ends_at and _refresh_one(at=clock.now()):
        counted += 1
    return counted


@transaction.atomic
def _fold_marks(*, at: datetime) -> None:
    """Turn marks into cohorts that are due. A mark that is deleted belongs to a change that is committed."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLD, {"at": at, "rest": REST, "shortest": SHORTEST_REST_SECONDS})


# SKIP LOCKED: two sweepers share the marks. Cohorts in order, so that they do not wait for each other crosswise.
_FOLD = """
    WITH taken AS (
        DELETE FROM tracking_figuremark WHERE id IN
            (SELECT id FROM tracking_figuremark ORDER BY id LIMIT 50000 FOR UPDATE SKIP LOCKED) RETURNING cohort
    )
    INSERT INTO tracking_figurecohort AS held (cohort, due_at)
    SELECT DISTINCT cohort, %(at)s::timestamptz FROM taken ORDER BY cohort
    ON CONFLICT (cohort) DO UPDATE SET due_at = least(held.due_at, greatest(
        %(at)s, held.counted_at + make_interval(secs => greatest(held.seconds * %(rest)s, %(shortest)s))))
"""


@transaction.atomic
def _refresh_one(*, at: datetime) -> bool:
    """Count the cohort that is due for longest. Locked first, counted with a later snapshot: nothing is missed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT cohort FROM tracking_figurecohort WHERE due_at <= %s ORDER BY due_at LIMIT 1"
            " FOR UPDATE SKIP LOCKED",
            [at],
        )
        row = cursor.fetchone()
        if row is None:
            return False
        started = time.monotonic()
        count_cohort(row[0])
        cursor.execute(
            "UPDATE tracking_figurecohort SET due_at = NULL, counted_at = %s, seconds = %s WHERE cohort = %s",
            [at, time.monotonic() - started, row[0]],
        )
    return True
