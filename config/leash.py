"""How does a child end with its parent, even when that is killed? Started through here, the kernel signals it.

Run as a program, this file puts on the leash and becomes the command; imported, it starts commands that way.
On systems without `prctl` (macOS) a child outlives a killed parent until the next start finds it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the leash itself is put on before every start: import little
    from collections.abc import Sequence
    from pathlib import Path

_PR_SET_PDEATHSIG = 1


def start(
    command: Sequence[str | Path],
    *,
    last_signal: signal.Signals = signal.SIGTERM,
    run_as: tuple[int, int] | None = None,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own; it gets `last_signal` when the calling thread ends.

    `run_as` is (uid, gid), for root only. `options` are those of Popen.
    """
    uid, gid = run_as or (-1, -1)
    leash = [sys.executable, "-I", "-S", __file__, *map(str, (os.getpid(), int(last_signal), uid, gid))]
    child: subprocess.Popen[bytes] = subprocess.Popen([*leash, *command], start_new_session=True, **options)
    return child


def put_on(parent: int, last_signal: signal.Signals = signal.SIGTERM) -> None:
    """Have this process get `last_signal` when `parent` ends: for a child just forked, which gives its parent's id."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(last_signal))
    if os.getppid() != parent:
        sys.exit(1)  # it ended before the leash was on


def _become(arguments: list[str]) -> None:
    parent, last_signal, uid, gid = map(int, arguments[:4])
    if uid >= 0 and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    put_on(parent, signal.Signals(last_signal))  # after setuid, which would take the leash off again
    os.execv(arguments[4], arguments[4:])  # noqa: S606 - no shell is what we want


if __name__ == "__main__":
    _become(sys.argv[1:])
