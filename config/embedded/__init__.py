"""How does one machine get PostgreSQL and Redis without installing them? From wheels, for as long as a block runs.

    with run_servers(Path(".data")) as addresses:
        os.environ.update(addresses)  # DATABASE_URL and REDIS_URL

The servers listen on Unix sockets that only their own account can open. They end with the process that started
them, also when it is killed; what they stored stays in the folder.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.embedded.account import find_account
from config.embedded.postgres import run_postgres
from config.embedded.redis import run_redis
from config.embedded.sockets import make_socket_folder
from config.servers import SERVERS_FILE

__all__ = ["AlreadyRunning", "run_servers"]

_STARTERS = {"DATABASE_URL": run_postgres, "REDIS_URL": run_redis}


class AlreadyRunning(RuntimeError):
    """Another process runs the servers of this folder."""


@contextmanager
def run_servers(
    directory: Path, *, only: Collection[str] = tuple(_STARTERS), is_durable: bool = True
) -> Iterator[dict[str, str]]:
    """Run the servers named by `only` with their files in `directory`; yield their addresses by variable name.

    Other processes find the addresses in servers.json. Without `is_durable` nothing is forced to disk: faster,
    for tests, and a power cut may lose it all. Call it from a thread that lives as long as the servers shall.
    """
    directory = directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(_claim(directory))
        account = find_account(directory)
        sockets = make_socket_folder(directory, account)
        stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        addresses = {
            name: stack.enter_context(_STARTERS[name](directory, sockets, account, is_durable=is_durable))
            for name in _STARTERS
            if name in only
        }
        stack.enter_context(_announce(directory, addresses))
        yield addresses


@contextmanager
def _claim(directory: Path) -> Iterator[None]:
    """Hold the folder; the kernel lets go of it when this process ends, however it ends."""
    with (directory / "servers.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyRunning(
                f"Process {lock.read().strip() or '?'} already runs the servers of {directory}. "
                "Stop it, or give this one a folder of its own with POSTRIDER_DATA_DIR."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def _announce(directory: Path, addresses: dict[str, str]) -> Iterator[None]:
    file, draft = directory / SERVERS_FILE, directory / f"{SERVERS_FILE}.new"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(addresses), encoding="utf-8")
    draft.replace(file)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
