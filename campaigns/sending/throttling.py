"""How many may be fed now, so that no more than so many leave in an hour? Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

#: A pause saves up no more than this: what was missed is not caught up with in a flood.
MOST_SAVED = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_ROUNDING = 1e-4  # a moment is kept to the microsecond


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How many may go, and the moment from which on the rest of the time counts."""

    number: int
    credit_at: datetime


def allow(per_hour: int, credit_at: datetime | None, *, at: datetime) -> Allowance:
    """The time since `credit_at`, in mails. The first mail of all goes at once."""
    earliest = at - max(MOST_SAVED, _HOUR / per_hour)
    start = max(credit_at, earliest) if credit_at else earliest
    return Allowance(number=int((at - start) * per_hour / _HOUR + _ROUNDING), credit_at=start)


def spend(allowance: Allowance, per_hour: int, used: int) -> datetime:
    """The moment from which on time counts after so many have gone."""
    return allowance.credit_at + _HOUR * used / per_hour
