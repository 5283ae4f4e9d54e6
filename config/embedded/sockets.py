"""Where do the embedded servers listen? In a private folder near the root: socket paths end at 107 bytes."""

from __future__ import annotations

import hashlib
import os
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

from config.embedded.account import Account

_LONGEST_FOLDER = 80  # bytes, which leaves room for the names of the sockets
_STOP_SECONDS = 30


def make_socket_folder(directory: Path, account: Account) -> Path:
    """An empty folder for the sockets of the servers in `directory`; only `account` (and root) can enter it.

    The caller holds `directory`, so whoever still listens there is a leftover.
    """
    name = f"postrider-{account.uid}-{hashlib.sha256(os.fsencode(directory)).hexdigest()[:10]}"
    folder = Path(tempfile.gettempdir()) / name
    if len(os.fsencode(folder)) > _LONGEST_FOLDER:
        folder = Path("/tmp") / name  # noqa: S108 - ownership is checked below
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid not in {account.uid, os.geteuid()} or found.st_mode & 0o077:
        raise RuntimeError(f"{folder} belongs to somebody else. Remove it, or set TMPDIR to a folder of yours.")
    _end_leftovers(folder)
    return account.own(folder)


def _end_leftovers(folder: Path) -> None:
    """Stop servers that outlived their starter, and clear away what killed ones left behind."""
    for server in psutil.process_iter(["name", "cmdline"]):
        command: list[str] = server.info["cmdline"] or []
        if server.info["name"] in {"postgres", "redis-server"} and any(str(folder) in word for word in command):
            with suppress(psutil.NoSuchProcess):
                _end(server)
    for leftover in folder.iterdir():
        leftover.unlink()


def _end(server: psutil.Process) -> None:
    server.send_signal(signal.SIGINT)  # both servers take it as: leave now, but in order
    deadline = time.monotonic() + _STOP_SECONDS
    while server.is_running() and server.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            raise RuntimeError(f"Process {server.pid} is left from an earlier run and does not stop. Kill it.")
        time.sleep(0.05)
