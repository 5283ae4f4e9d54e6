"""How do the browser tests get a whole product? `manage.py up --demo` as a process, with ports of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psutil

from config import leash
from config.ports import HOST, find_free_ports

ROOT = Path(__file__).resolve().parents[2]
LOGIN, PASSWORD = "admin", "postrider-demo"

_START_SECONDS = 120
_STOP_SECONDS = 60
_LAST_WORDS = "Ctrl-C stops everything."
# What leads to the servers of the test run, which the product must not touch.
_OF_THE_TEST_RUN = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "DEBUG", "POSTRIDER_", "PYTEST_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A running one: where its pages are, and what a login left in the browser once somebody logged in."""

    web: str
    simulator: str
    login_state: dict[str, Any] = field(default_factory=dict)


@contextmanager
def run_product() -> Iterator[Product]:
    """Start everything; at the end of the block stop it as Ctrl-C does, and see that nothing stays behind."""
    with tempfile.TemporaryDirectory(prefix="postrider-") as folder:
        directory, (web, simulator, smtp) = Path(folder), find_free_ports(3)
        process = _start(directory, web, simulator, smtp)
        try:
            _await_ready(process, web, directory / "up.log")
            yield Product(web=f"http://{HOST}:{web}", simulator=f"http://{HOST}:{simulator}")
        finally:
            code = _stop(process)
            left = _end_all_of(directory)
        assert code == 0, f"`up` ended with {code}"
        assert left == [], "`up` left processes behind"


def _start(directory: Path, web: int, simulator: int, smtp: int) -> subprocess.Popen[bytes]:
    ports = (f"--port={web}", f"--simulator-port={simulator}", f"--smtp-port={smtp}")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OF_THE_TEST_RUN)}
    own = {"POSTRIDER_ENV": "development", "POSTRIDER_DATA_DIR": str(directory), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "manage.py", "up", "--demo", *ports]
    with (directory / "up.log").open("wb") as log:
        return leash.start(
            command, last_signal=signal.SIGINT, cwd=ROOT, env={**kept, **own}, stdout=log, stderr=subprocess.STDOUT
        )


def _await_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not (_LAST_WORDS in log.read_text("utf-8", "replace") and _answers(port, "/healthz", "/login/")):
        said = log.read_text("utf-8", "replace")[-3000:]
        assert process.poll() is None, f"`up` ended with {process.returncode}:\n{said}"
        assert time.monotonic() < deadline, f"`up` was not ready after {_START_SECONDS} s:\n{said}"
        time.sleep(0.1)


def _answers(port: int, *paths: str) -> bool:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        for path in paths:
            connection.request("GET", path)
            with connection.getresponse() as answer:
                if answer.status != 200 or not answer.read():
                    return False
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def _stop(process: subprocess.Popen[bytes]) -> int | None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        return process.wait(_STOP_SECONDS)
    process.kill()
    process.wait()
    return None


def _end_all_of(directory: Path) -> list[str]:
    """The commands of processes that still have the product's folder in their environment; they are ended."""
    left = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get("POSTRIDER_DATA_DIR") == str(directory):
                left.append(" ".join(process.cmdline()))
                process.kill()
    return left
