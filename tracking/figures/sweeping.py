"""When is a cohort counted again? Soon after it changed, and the more it costs, the less often."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection, transaction

from config import clock
from tracking.figures.counting import count_cohort

logger = logging.getLogger("postrider.tracking")

#: A cohort rests for so many times as long as counting it took: at most a twentieth of one core goes into figures.
REST = 20
SHORTEST_REST_SECONDS = 2.0
#: A sweep ends after about so long; the next one goes on.
MOST_SECONDS = 5.0
#: One that could not be counted is tried again after this time.
AFTER_FAULT = timedelta(minutes=10)


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
        due_at = None if _count_safely(row[0]) else at + AFTER_FAULT
        cursor.execute(
            "UPDATE tracking_figurecohort SET due_at = %s, counted_at = %s, seconds = %s WHERE cohort = %s",
            [due_at, at, time.monotonic() - started, row[0]],
        )
    return True


def _count_safely(cohort: datetime) -> bool:
    """Whether it could be counted; one that cannot keeps its old figures, and the others go on."""
    try:
        with transaction.atomic():
            count_cohort(cohort)
    except (OperationalError, InterfaceError):
        raise  # the database fails, not the cohort
    except Exception:
        logger.exception("the figures of %s cannot be counted", cohort)
        return False
    return True
