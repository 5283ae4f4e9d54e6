"""How does a test do two things at once? In a thread with a database connection of its own, closed at its end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


def in_thread(run: Callable[[], Any]) -> threading.Thread:
    """Start it; join the thread to wait for its end."""

    def whole() -> None:
        try:
            run()
        finally:
            connection.close()

    thread = threading.Thread(target=whole)
    thread.start()
    return thread
