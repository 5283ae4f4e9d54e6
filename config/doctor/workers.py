"""Does somebody take the mails of each stream, and does a sweeper run?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from config.doctor.findings import Finding, Severity, listed, page
from config.queues import QUEUES, WEBHOOKS
from notifications.backlog import Worker, read_workers
from notifications.templatetags.mails import span

SUBJECT = "Workers"
#: Nobody waits for a worker that has been silent for this long.
FORGOTTEN_AFTER = timedelta(hours=1)


def find_worker_faults(at: datetime) -> Iterator[Finding]:
    """Missing workers first, then those that fell silent."""
    workers = read_workers(at=at)
    alive = [worker for worker in workers if worker.is_alive]
    if not alive:
        yield _nobody()
    else:
        yield from _missing(alive)
    for worker in workers:
        if not worker.is_alive and worker.age < FORGOTTEN_AFTER:
            yield _silent(worker)


def _nobody() -> Finding:
    return Finding(
        severity=Severity.BROKEN, subject=SUBJECT, page=page("notifications:queues"),
        what="No worker is alive: events are taken, but no mail leaves.",
        mend="Start them: manage.py workers (scripts/up does it by itself).",
    )  # fmt: skip


def _missing(alive: list[Worker]) -> Iterator[Finding]:
    served = {queue for worker in alive for queue in worker.beat.queues.split(",")}
    streams = [queue for queue in QUEUES if queue not in served and queue != WEBHOOKS]
    if streams:
        yield _unserved(f"No worker takes {listed(streams)}: its mail waits.", " ".join(streams))
    if WEBHOOKS not in served:
        yield _unserved("No worker takes webhooks: reports of providers are stored and wait.", WEBHOOKS)
    if "sweeper" not in served:
        yield Finding(
            severity=Severity.BROKEN, subject=SUBJECT, page=page("notifications:queues"),
            what="No sweeper runs: delayed mail, retries and what dead workers held are found by nobody.",
            mend="Run manage.py workers without --no-sweeper on at least one host.",
        )  # fmt: skip


def _unserved(what: str, groups: str) -> Finding:
    return Finding(
        severity=Severity.BROKEN, subject=SUBJECT, what=what, page=page("notifications:queues"),
        mend=f"Start one: manage.py workers {groups} --no-sweeper",
    )  # fmt: skip


def _silent(worker: Worker) -> Finding:
    return Finding(
        severity=Severity.WARNING, subject=SUBJECT, page=page("notifications:queues"),
        what=f"Worker {worker.beat.name} ({worker.beat.queues}) has been silent for {span(worker.age)}.",
        mend="Look whether its host or process hangs. If it was stopped by force, this line goes after an hour;"
        " what it held is sent by others.",
    )  # fmt: skip
