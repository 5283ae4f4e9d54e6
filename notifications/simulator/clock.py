"""What time does the simulator believe it is?"""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """The machine's clock plus an offset, so that a test can let a day pass."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        return time.time() + self.offset


def as_iso(at: float) -> str:
    """ISO 8601 in UTC with milliseconds and a Z, as most providers print it."""
    moment = datetime.fromtimestamp(at, tz=UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
