"""Has a day earned a higher ceiling, and who gets the first mails? Pure.

The limits are those of docs/sending-domains.md: above them mailbox providers begin to doubt a sender.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

#: Shares of a day's sent mail; above them the ceiling does not grow.
MOST_BOUNCED = 0.03
MOST_COMPLAINED = 0.0005

# A click says more than an open, which a machine may have made: it counts as if it were so much younger.
_CLICK_BONUS = timedelta(days=30)
_NEVER = datetime.min.replace(tzinfo=UTC)

#: Reasons of a judgement, in words for screens.
REASONS: dict[str, str] = {
    "clean": "Mail was sent, and it did no harm",
    "nothing_sent": "No mail was sent, so the day does not count",
    "bounces": f"More than {MOST_BOUNCED:.0%} of the mail bounced",
    "complaints": f"More than {MOST_COMPLAINED:.2%} of the mail was reported as spam",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """What was sent on a day, and what came of it."""

    sent: int = 0
    bounced: int = 0
    complained: int = 0


@dataclass(frozen=True, slots=True)
class Growth:
    """Whether the next day's ceiling is higher, and why not (a key of REASONS)."""

    allowed: bool
    reason: str

    @property
    def is_held(self) -> bool:
        """Whether harm is the reason."""
        return self.reason in {"bounces", "complaints"}


def ceiling_of(steps: Sequence[int], step: int) -> int:
    """The ceiling of a step; beyond the last one it stays there. 0 for a plan without steps."""
    return steps[min(step, len(steps) - 1)] if steps else 0


def judge_day(day: DayCount) -> Growth:
    """Whether a day earned a higher ceiling. Only a day on which mail was sent counts."""
    if day.complained > MOST_COMPLAINED * day.sent:
        return Growth(False, "complaints")
    if day.bounced > MOST_BOUNCED * day.sent:
        return Growth(False, "bounces")
    if not day.sent:
        return Growth(False, "nothing_sent")
    return Growth(True, "clean")


class Engaged(Protocol):
    """Somebody of whom we know when they last opened and clicked."""

    @property
    def last_opened_at(self) -> datetime | None: ...

    @property
    def last_clicked_at(self) -> datetime | None: ...


Person = TypeVar("Person", bound=Engaged)


def order_by_engagement(people: Iterable[Person]) -> list[Person]:
    """The most engaged first: who clicked or opened last; the others after them, in the order given."""
    return sorted(people, key=_last_sign, reverse=True)


def _last_sign(person: Engaged) -> datetime:
    clicked, opened = person.last_clicked_at, person.last_opened_at
    return max(clicked + _CLICK_BONUS if clicked else _NEVER, opened or _NEVER)
