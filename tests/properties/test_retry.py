"""Does the retry policy hold its bounds whatever the fault?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from config.queues import STREAMS
from notifications.delivery.failures import Kind, Verdict
from notifications.delivery.retry import LADDER, decide_next

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FAILURES = [kind for kind in Kind if kind != Kind.ACCEPTED]

verdicts = some.builds(
    Verdict,
    kind=some.sampled_from(FAILURES),
    retry_after=some.none() | some.timedeltas(timedelta(), timedelta(days=1)),
)
expiries = some.none() | some.timedeltas(timedelta(seconds=1), timedelta(days=2)).map(lambda wait: NOW + wait)


@given(verdicts, some.sampled_from(STREAMS), some.integers(1, 12), expiries, some.floats(0, 0.999))
def test_a_next_try_lies_ahead_and_within_its_life(
    verdict: Verdict, stream: str, attempts: int, expires_at: datetime | None, draw: float
) -> None:
    following = decide_next(
        verdict, stream=stream, attempts=attempts, at=NOW, expires_at=expires_at, spread=lambda: draw
    )
    if following.step in {"retry", "defer"}:
        assert following.at is not None
        assert following.at > NOW
        assert expires_at is None or following.at < expires_at


@given(some.sampled_from(STREAMS), some.integers(1, 12), some.floats(0, 0.999))
def test_what_is_refused_for_good_is_never_tried_again(stream: str, attempts: int, draw: float) -> None:
    for kind in (Kind.PERMANENT_MESSAGE, Kind.PERMANENT_RECIPIENT):
        following = decide_next(
            Verdict(kind=kind), stream=stream, attempts=attempts, at=NOW, expires_at=None, spread=lambda: draw
        )
        assert following.step == "fail"


@given(some.integers(1, 12), some.floats(0, 0.999))
def test_only_critical_mail_may_double(attempts: int, draw: float) -> None:
    for stream in STREAMS:
        following = decide_next(
            Verdict(kind=Kind.AMBIGUOUS), stream=stream, attempts=attempts, at=NOW, expires_at=None,
            spread=lambda: draw,
        )  # fmt: skip
        assert following.doubles == (stream == "critical" and following.step == "retry")
        assert (following.step == "unknown") == (stream != "critical")


@given(some.floats(0, 0.999), some.sampled_from(["transactional", "notification", "marketing"]))
def test_the_ladder_is_climbed_once(draw: float, stream: str) -> None:
    waits = []
    for attempts in range(1, 8):
        following = decide_next(
            Verdict(kind=Kind.TRANSIENT), stream=stream, attempts=attempts, at=NOW, expires_at=None,
            spread=lambda: draw,
        )  # fmt: skip
        if following.step == "die":
            break
        assert following.at is not None
        waits.append(following.at - NOW)
    assert len(waits) == len(LADDER)
    assert all(rung <= wait <= rung * 1.2 for rung, wait in zip(LADDER, waits, strict=True))
