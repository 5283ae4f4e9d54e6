"""Who looks after what no doorbell announced? Any number of sweepers may run; exclusive sweeps run in one at a time."""

from __future__ import annotations

import logging
import signal
import threading
import time
import zlib

from django.db import DatabaseError, close_old_connections, connection, transaction

from config.queues import Sweep, reset_bell, sweeps
from config.workers.heartbeat import Heartbeat

logger = logging.getLogger("postrider.sweeper")

TICK_SECONDS = 0.25


def run_sweeper() -> None:
    """Run every registered sweep at its pace until SIGTERM."""
    reset_bell(is_patient=True)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    due_at = dict.fromkeys((sweep.name for sweep in sweeps()), 0.0)
    with Heartbeat("sweeper") as heart:
        while not stop.wait(TICK_SECONDS):
            for sweep in sweeps():
                if due_at[sweep.name] <= time.monotonic() and not stop.is_set():
                    run_sweep(sweep)
                    due_at[sweep.name] = time.monotonic() + sweep.every
                    heart.count()


def run_sweep(sweep: Sweep) -> bool:
    """Run one sweep unless another process is at it; a failing sweep does not keep the others from running."""
    if sweep.is_apart:
        return _start_apart(sweep)
    close_old_connections()
    return _run_safely(sweep)


def _start_apart(sweep: Sweep) -> bool:
    """In a thread of its own, unless its last one is still at it."""
    if sweep.name in _apart:
        return False
    _apart.add(sweep.name)
    threading.Thread(target=_run_apart, args=(sweep,), name=sweep.name, daemon=True).start()
    return True


def _run_apart(sweep: Sweep) -> None:
    try:
        _run_safely(sweep)
    finally:
        connection.close()
        _apart.discard(sweep.name)


#: The sweeps that are running in threads of their own.
_apart: set[str] = set()


def _run_safely(sweep: Sweep) -> bool:
    try:
        return _run_alone(sweep) if sweep.is_exclusive else _run(sweep)
    except DatabaseError as error:
        logger.warning("sweep %s: the database does not answer (%s)", sweep.name, type(error).__name__)
        connection.close()
    except Exception:
        logger.exception("sweep %s failed", sweep.name)
    return False


def _run(sweep: Sweep) -> bool:
    sweep.run()
    return True


@transaction.atomic
def _run_alone(sweep: Sweep) -> bool:
    """Behind a lock that ends with the transaction, so that a dead sweeper holds nothing up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [zlib.crc32(f"sweep:{sweep.name}".encode())])
        row = cursor.fetchone()
    return bool(row and row[0]) and _run(sweep)
