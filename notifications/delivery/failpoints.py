"""Where can a worker be made to die? Named points in the pipeline, off unless POSTRIDER_FAILPOINT arms some.

after_call                  dies there, every time
after_claim:<id>,<id>       dies there while it holds one of these mails
/some/folder                dies where a file of the point's name lies, once: whoever dies takes it away
"""

from __future__ import annotations

import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

#: The points, in the order in which a mail passes them.
POINTS = (
    "before_route",
    "after_route",
    "before_claim",
    "after_claim",
    "after_render",
    "in_gate",
    "after_gate",
    "before_call",
    "after_call",
    "after_outcome",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arming:
    """What was asked for; nothing, normally."""

    point: str = ""
    mails: frozenset[str] = frozenset()
    folder: Path | None = None


def read_arming(text: str) -> Arming | None:
    """What POSTRIDER_FAILPOINT says; None when it is empty."""
    if not text:
        return None
    if "/" in text:
        return Arming(folder=Path(text))
    point, _, mails = text.partition(":")
    return Arming(point=point, mails=frozenset(filter(None, mails.split(","))))


_armed = read_arming(os.environ.get("POSTRIDER_FAILPOINT", ""))


def fail_point(name: str) -> None:
    """Die as by kill -9, if this point is armed."""
    if _armed is not None and _strikes(_armed, name):
        os.kill(os.getpid(), signal.SIGKILL)


def _strikes(armed: Arming, name: str) -> bool:
    if armed.folder is not None:
        return _take(armed.folder / name)
    return name == armed.point and (not armed.mails or bool(armed.mails & _mails_in_hand()))


def _take(mark: Path) -> bool:
    """Remove the mark; of several who try, one succeeds."""
    try:
        mark.unlink()
    except OSError:
        return False
    return True


def _mails_in_hand() -> set[str]:
    """The mails that this process holds a lease on."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_id::text FROM notifications_outbox"
            " WHERE lease_owner = %s AND state IN ('claimed', 'sending')",
            [f"{socket.gethostname()}:{os.getpid()}"],
        )
        return {row[0] for row in cursor.fetchall()}
