"""How is a server started, waited for and stopped? As a leashed child whose end is never left to chance."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from config import leash
from config.embedded.account import Account

_START_SECONDS = 120  # a large database may recover for long after a power cut
_STOP_SECONDS = 30


@contextmanager
def run_server(
    command: Sequence[str | Path],
    *,
    account: Account,
    stop_signal: signal.Signals,
    log: Path,
    is_ready: Callable[[], bool],
    stdin: bytes = b"",
) -> Iterator[None]:
    """Run `command` as `account` until the block ends, once `is_ready()`; a failed start quotes the log's end."""
    with log.open("ab") as out:
        child = leash.start(
            command,
            last_signal=stop_signal,
            run_as=(account.uid, account.gid),
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
            cwd="/",
        )
    try:
        assert child.stdin
        child.stdin.write(stdin)
        child.stdin.close()
        _wait_until(is_ready, child, log)
        yield
    finally:
        _stop(child, stop_signal)


def _wait_until(is_ready: Callable[[], bool], child: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not is_ready():
        if child.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise RuntimeError(f"{log.stem} did not start. The end of {log}:\n{tail}")
        time.sleep(0.02)


def _stop(child: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
    if child.poll() is None:
        child.send_signal(stop_signal)
    try:
        child.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
