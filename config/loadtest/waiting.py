"""Has it happened yet?"""

from __future__ import annotations

import time
from collections.abc import Callable

from config.loadtest.options import Failed


def wait_until(what: str, has_come: Callable[[], object], *, seconds: float, tick: float = 0.02) -> None:
    """Return once `has_come()` is true; raises Failed when it is not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not has_come():
        if time.monotonic() > deadline:
            raise Failed(f"waited {seconds:g} s in vain for {what}")
        time.sleep(tick)
