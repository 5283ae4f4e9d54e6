"""What has a person received? Read from the message log, which lies above this app and hands its reader down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One mail or text message that left for the person."""

    sent_at: datetime
    type_key: str
    topic_key: str
    channel: str
    has_bounced: bool = False


#: (contact id, how many at most) -> newest first.
Source: TypeAlias = Callable[[int, int], Sequence[Received]]

_sources: list[Source] = []


def register_history(source: Source) -> None:
    """Say where to read what people received; the last one counts."""
    _sources[:] = [source]


def received_by(contact_id: int, *, limit: int = 50) -> Sequence[Received]:
    """What left for this contact, newest first; nothing where no log is there."""
    return _sources[0](contact_id, limit) if _sources else ()
