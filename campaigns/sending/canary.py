"""May a campaign go on after its first mails? Pure: what became of them in, a verdict out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: Of the mails that were handed over, in percent. Below so many mails one unlucky address would decide.
MOST_BOUNCED, MOST_COMPLAINED, MOST_FAILED = 5.0, 0.3, 5.0
FEWEST = 20


class Verdict(StrEnum):
    WAIT = "wait"
    GO_ON = "go_on"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of the first mails so far."""

    sent: int
    bounced: int
    complained: int
    failed: int
    is_settled: bool  # none of them waits any more
    is_time_over: bool


def judge_trial(trial: Trial) -> tuple[Verdict, str]:
    """The verdict and, for a stop, why."""
    if reason := _harm(trial):
        return Verdict.STOP, reason
    is_over = trial.is_settled and trial.is_time_over
    return (Verdict.GO_ON if is_over else Verdict.WAIT), ""


def _harm(trial: Trial) -> str:
    asked = max(trial.sent + trial.failed, FEWEST)
    for count, most, words in (
        (trial.bounced, MOST_BOUNCED, "bounced"), (trial.failed, MOST_FAILED, "could not be sent"),
    ):  # fmt: skip
        if 100 * count / asked > most:
            return f"The trial stopped it: {count} of {trial.sent + trial.failed} {words}, more than {most:g} %."
    # one complaint of a small trial is one person's mood
    if trial.complained > 1 and 100 * trial.complained / asked > MOST_COMPLAINED:
        return (
            f"The trial stopped it: {trial.complained} of {trial.sent} reported spam, more than {MOST_COMPLAINED:g} %."
        )
    return ""
