"""How many statements does a piece of work make, and how long does the database take over them?"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


class Statements:
    """Counts and times what runs through `connection.execute_wrapper(this)`."""

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0

    def __call__(self, execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, parameters, many, context)
        finally:
            self.seconds += time.perf_counter() - started
            self.count += 1
