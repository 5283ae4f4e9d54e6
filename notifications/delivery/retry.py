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
#: An unknown mail is looked at again after this, and later each time.
UNKNOWN_WAIT = timedelta(seconds=10)
#: A mailbox provider that blocks us is tried again so often: six hours in all.
DOMAIN_WAIT = timedelta(minutes=15)
DOMAIN_TRIES = 24
_JITTER = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What follows a verdict: `step` is retry, defer, requeue, unknown, fail or die; `at` is the due time.

    A try that `counts` brings the mail closer to the end of its tries. With `elsewhere` another account goes first.
    """

    step: str
    reason: str
    at: datetime | None = None
    counts: bool = True
    elsewhere: bool = False
    doubles: bool = False


def decide_next(
    verdict: Verdict, *, stream: str, attempts: int, at: datetime, expires_at: datetime | None,
    spread: Callable[[], float], may_fail_over: bool = False, may_repeat: bool = False,
) -> Next:  # fmt: skip
    """What to do with a mail after `attempts` tries (this one included). `spread` gives jitter in [0, 1).

    `may_fail_over`: another account can take it, and it has not been tried by another in this round. `may_repeat`: the
    provider remembers idempotency keys.
    """
    kind = verdict.kind
    if kind == Kind.NOT_TRIED:
        return Next(step="requeue", reason="not_tried", at=at, counts=False)
    if kind in {Kind.PERMANENT_MESSAGE, Kind.PERMANENT_RECIPIENT}:
        return Next(step="fail", reason=kind.value)
    if kind in {Kind.PROVIDER_WIDE, Kind.CREDENTIALS_REFUSED}:  # the account leaves the pool; others may take it now
        return Next(step="requeue", reason=kind.value, at=at, counts=False, elsewhere=True)
    if kind == Kind.AMBIGUOUS and may_repeat and attempts <= 1:  # asked again at once with the same key
        return Next(step="unknown", reason="ambiguous", at=at if stream == Stream.CRITICAL else at + UNKNOWN_WAIT)
    if kind == Kind.AMBIGUOUS and stream != Stream.CRITICAL:
        return Next(step="unknown", reason="ambiguous", at=at + UNKNOWN_WAIT * min(attempts, 60))
    doubles = kind == Kind.AMBIGUOUS
    if may_fail_over and kind != Kind.BUG:
        return Next(step="retry", reason="fail_over", at=at, counts=False, elsewhere=True, doubles=doubles)
    if kind == Kind.BLOCKLISTED:
        return _within_life(_wait_for_domain(attempts, at=at), expires_at)
    return _within_life(
        _climb(verdict, stream=stream, attempts=attempts, at=at, expires_at=expires_at, spread=spread), expires_at
    )


def _wait_for_domain(attempts: int, *, at: datetime) -> Next:
    if attempts >= DOMAIN_TRIES:
        return Next(step="die", reason="blocklisted")
    return Next(step="defer", reason="blocklisted", at=at + DOMAIN_WAIT)


def _climb(
    verdict: Verdict, *, stream: str, attempts: int, at: datetime, expires_at: datetime | None,
    spread: Callable[[], float],
) -> Next:  # fmt: skip
    """The next rung of the ladder. A critical mail with an expiry stays on the last rung until it expires.

    Where the account itself says when to come back, the mail waits for that and the try does not count: it says
    nothing of the mail.
    """
    reason, doubles, elsewhere = verdict.kind.value, verdict.kind == Kind.AMBIGUOUS, stream == Stream.CRITICAL
    if verdict.retry_after is not None:
        due_at = at + max(verdict.retry_after, timedelta(seconds=1)) * (1 + _JITTER * spread())
        return Next(step="retry", reason=reason, at=due_at, counts=False, elsewhere=elsewhere, doubles=doubles)
    ladder = CRITICAL_LADDER if stream == Stream.CRITICAL else LADDER
    tries = BUG_TRIES if verdict.kind == Kind.BUG else len(ladder) + 1
    goes_on = stream == Stream.CRITICAL and expires_at is not None and verdict.kind != Kind.BUG
    if attempts >= tries and not goes_on:
        return Next(step="die", reason="out_of_tries")
    due_at = at + ladder[min(attempts, len(ladder)) - 1] * (1 + _JITTER * spread())
    return Next(step="retry", reason=reason, at=due_at, elsewhere=elsewhere, doubles=doubles)


def _within_life(following: Next, expires_at: datetime | None) -> Next:
    """A try after the expiry is none: the mail dies now, with that reason."""
    if expires_at is not None and following.at is not None and following.at >= expires_at:
        return Next(step="die", reason="expires_before_next_try")
    return following
