"""What is one step on an event's way to a mail, and who can tell them all?

An event knows only how it was taken in. What became of it is known above: that app hands its teller down at start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from tracking.models import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One decision. `code` is for programs, `detail` its value (a time, an id, a channel); `is_stop` ends the way.

    `sentence`, `at` and what it belongs to (a type, a channel, a mail) are there once it is told by `Event.explain`.
    """

    name: str
    code: str
    detail: str = ""
    is_stop: bool = False
    sentence: str = ""
    type_key: str = ""
    channel: str = ""
    message_id: UUID | None = None
    at: datetime | None = None

    @property
    def coded(self) -> str:
        """Code and detail in one, as a message's trail keeps them."""
        return f"{self.code}:{self.detail}" if self.detail else self.code


_tellers: list[Callable[[Event], list[Step]]] = []


def register_teller(teller: Callable[[Event], list[Step]]) -> None:
    """Hand down who tells what became of an event; the last one counts."""
    _tellers[:] = [teller]


def tell_event(event: Event) -> list[Step]:
    """Every step of an event's way; empty as long as nobody above can tell."""
    return _tellers[0](event) if _tellers else []
