"""Where do the tests' PostgreSQL and Redis come from? Started here, before pytest-django reads the settings.

`DATABASE_URL` and `REDIS_URL` are used when set. Otherwise each test run has servers of its own below .data, so
that two runs at once do not meet; workers of one run (pytest-xdist) share them and get a Redis database each.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from config.embedded import AlreadyRunning, run_servers

_ROOT = Path(__file__).resolve().parent.parent / ".data"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    os.environ["POSTRIDER_ENV"] = "test"
    stack = ExitStack()
    early_config.add_cleanup(stack.close)
    _start_missing(stack)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")
    os.environ["REDIS_URL"] = _with_redis_database(os.environ["REDIS_URL"], int(worker) + 1)


def _start_missing(stack: ExitStack) -> None:
    missing = [name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)]
    if not missing:
        return
    for number in count(1):
        directory = _ROOT / f"test-{number}"
        try:
            os.environ.update(stack.enter_context(run_servers(directory, only=missing, is_durable=False)))
        except AlreadyRunning:
            continue
        os.environ["POSTRIDER_DATA_DIR"] = str(directory)
        return


def _with_redis_database(url: str, number: int) -> str:
    base = url.partition("&db=")[0]
    return f"{base}{'&' if '?' in base else '?'}db={number}" if number else base
