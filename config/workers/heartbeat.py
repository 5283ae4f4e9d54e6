"""Is this process alive? It says so in PostgreSQL every few seconds, from a thread of its own."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from types import TracebackType

from django.db import DatabaseError, connection
from django.db.models.functions import Now

from notifications.delivery.models import WorkerBeat

logger = logging.getLogger("postrider.workers")

BEAT_SECONDS = 5.0


class Heartbeat:
    """A context in which this process counts as alive; its row goes when it leaves in order."""

    def __init__(self, queues: str) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.queues = queues
        self.batches = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=BEAT_SECONDS)

    def count(self) -> None:
        """One more batch was done."""
        self.batches += 1

    def _beat(self) -> None:
        while not self._stop.is_set():
            self._try(self._write)
            self._stop.wait(BEAT_SECONDS)
        self._try(self._leave)
        connection.close()

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except DatabaseError as error:
            logger.warning("no heartbeat (%s)", type(error).__name__)
            connection.close()

    def _write(self) -> None:
        WorkerBeat.objects.update_or_create(
            name=self.name,
            defaults={"beat_at": Now(), "batches": self.batches},
            create_defaults={"host": socket.gethostname(), "pid": os.getpid(), "queues": self.queues},
        )

    def _leave(self) -> None:
        WorkerBeat.objects.filter(name=self.name).delete()
