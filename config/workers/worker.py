"""How does one worker process live? Long, on few queues, holding nothing that its death could lose."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Sequence
from typing import Any

import django_rq
from django.db import close_old_connections
from rq import SimpleWorker
from rq.timeouts import TimerDeathPenalty

from config.queues import reset_bell, stop_requested
from config.workers.heartbeat import Heartbeat

logger = logging.getLogger("postrider.workers")


class DrainWorker(SimpleWorker):
    """RQ's worker without a fork for each job, so that caches and connections live on.

    Jobs run without a time limit: an alarm could strike between a provider's accept and our commit. Leases guard.
    """

    death_penalty_class = TimerDeathPenalty
    max_connection_wait_time = 3.0  # seconds between tries while Redis is away

    heart: Heartbeat

    def request_stop(self, signum: Any, frame: Any) -> None:
        """Besides what RQ does: calls under way are finished, no new one is started."""
        stop_requested.set()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call] # RQ's is not typed

    def perform_job(self, *arguments: Any, **options: Any) -> bool:
        """Run a job on a database connection that was looked at first."""
        close_old_connections()
        try:
            done: bool = super().perform_job(*arguments, **options)
            return done
        finally:
            self.heart.count()
            close_old_connections()


def run_worker(queues: Sequence[str]) -> None:
    """Work on `queues`, the first one first, until SIGTERM: then the batch in hand is finished."""
    reset_bell(is_patient=True)
    _favour_batches()
    connection = django_rq.get_connection(queues[0])
    lanes = [django_rq.get_queue(queue, connection=connection) for queue in queues]
    worker = DrainWorker(lanes, connection=connection, serializer="rq.serializers.JSONSerializer")
    worker.log_job_description = False
    with Heartbeat(",".join(queues)) as worker.heart:
        worker.work(logging_level="WARNING")


def _favour_batches() -> None:
    """A batch makes thousands of small objects that die young: look for cycles seldom, and never among what stays.

    Threads take turns quickly: one of them mostly waits for the database, and its answer should not wait for another.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    sys.setswitchinterval(0.0005)
