"""What does the log say, and what the journal?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from config.chaos.checker import Accepted, Findings, Logged, compare
from config.loadtest.accounts import control
from tracking.models import Event, Message

_PAGE = 10_000


def check(accepted: Accepted) -> Findings:
    """Compare all messages of this database with all mails of the simulator's journal."""
    journal = Counter(one["message_id"] for one in read_journal())
    return compare(accepted, _read_log(), journal, unrouted=_unrouted())


def read_journal(after: int = 0) -> Iterator[dict[str, Any]]:
    """The simulator's accepts, oldest first."""
    while page := control("GET", f"accepts?after={after}&limit={_PAGE}")["accepts"]:
        yield from page
        after = page[-1]["number"]


def count_accepts() -> int:
    """How many mails the simulator has taken."""
    count: int = control("GET", "accepts/count")["count"]
    return count


def _read_log() -> Iterator[Logged]:
    fields = ("id", "source", "contact_id", "event_id", "state", "reason", "is_possibly_doubled")
    for row in Message.objects.values(*fields).iterator(chunk_size=_PAGE):
        yield Logged(**row)


def _unrouted() -> list[UUID]:
    waiting = Event.objects.filter(routed_at=None, state=Event.State.ACCEPTED)
    return list(waiting.values_list("pk", flat=True))
