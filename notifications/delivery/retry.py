"""When is a mail tried again, if at all? Pure policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.queues import Stream
from notifications.delivery.failures import Kind, Verdict

#: Waits between tries; after the last one the mail is a dead letter.
LADDER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
CRITICAL_LADDER = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 15))
#: Bugs of ours are tried thrice in all.
BUG_TRIES = 3
PROVIDER_WIDE_WAIT = timedelta(seconds=2)  # the account leaves the pool; another may take it at once
#: An unknown mail is looked at again after this, and later each time.
UNKNOWN_WAIT = timedelta(seconds=10)
DOMAIN_WAIT = timedelta(minutes=15)
_JITTER = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What follows a verdict: `step` is retry, defer, requeue, unknown, fail or die; `at` is the due time."""

    step: str
    reason: str
    at: datetime | None = None
    doubles: bool = False


def decide_next(
    verdict: Verdict, *, stream: str, attempts: int, at: datetime, expires_at: datetime | None,
    spread: Callable[[], float],
) -> Next:  # fmt: skip
    """What to do with a mail after `attempts` calls (this one included). `spread` gives jitter in [0, 1)."""
    if verdict.kind == Kind.NOT_TRIED:
        return Next(step="requeue", reason="not_tried", at=at)
    if verdict.kind in {Kind.PERMANENT_MESSAGE, Kind.PERMANENT_RECIPIENT}:
        return Next(step="fail", reason=verdict.kind.value)
    if verdict.kind == Kind.PROVIDER_WIDE:
        return Next(step="requeue", reason="provider_blocked", at=at + PROVIDER_WIDE_WAIT * spread())
    if verdict.kind == Kind.BLOCKLISTED:
        return _within_life(Next(step="defer", reason="blocklisted", at=at + DOMAIN_WAIT), expires_at)
    if verdict.kind == Kind.AMBIGUOUS and stream != Stream.CRITICAL:
        return Next(step="unknown", reason="ambiguous", at=at + UNKNOWN_WAIT * min(attempts, 60))
    return _within_life(
        _climb(verdict, stream=stream, attempts=attempts, at=at, expires_at=expires_at, spread=spread), expires_at
    )


def _climb(
    verdict: Verdict, *, stream: str, attempts: int, at: datetime, expires_at: datetime | None,
    spread: Callable[[], float],
) -> Next:  # fmt: skip
    """The next rung of the ladder. A critical mail with an expiry stays on the last rung until it expires."""
    ladder = CRITICAL_LADDER if stream == Stream.CRITICAL else LADDER
    tries = BUG_TRIES if verdict.kind == Kind.BUG else len(ladder) + 1
    goes_on = stream == Stream.CRITICAL and expires_at is not None and verdict.kind != Kind.BUG
    if attempts >= tries and not goes_on:
        return Next(step="die", reason="out_of_tries")
    wait = ladder[min(attempts, len(ladder)) - 1] * (1 + _JITTER * spread())
    if verdict.retry_after is not None:
        wait = max(verdict.retry_after, timedelta(seconds=1)) * (1 + _JITTER * spread())
    doubles = verdict.kind == Kind.AMBIGUOUS
    return Next(step="retry", reason=verdict.kind.value, at=at + wait, doubles=doubles)


def _within_life(following: Next, expires_at: datetime | None) -> Next:
    """A try after the expiry is none: the mail dies now, with that reason."""
    if expires_at is not None and following.at is not None and following.at >= expires_at:
        return Next(step="die", reason="expires_before_next_try")
    return following
