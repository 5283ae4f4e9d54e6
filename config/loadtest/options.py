"""What was asked for, and what came out?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: What a scenario returns: `rate` per second, `seconds`, `rss_mb`, and whatever else it measured.
Outcome = dict[str, Any]


class Failed(RuntimeError):
    """What came out is wrong, not slow; the message says how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    number: int  # messages or events
    workers: int
    provider: str  # a kind; empty: the pools as they are
    concurrency: int
    has_journal: bool  # the simulator takes the mail, not somebody's sink
    events: int = 0  # of a seeding, beside so many contacts
    is_running: bool = False  # workers wait for a campaign, as in production, and the clock starts with its first row
    is_watched: bool = False  # somebody has the overview and the reports open meanwhile
