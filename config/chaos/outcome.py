"""What came out of a scenario, and of all of them? One flat object each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from config.chaos.checker import Findings
from config.chaos.ground import Ground
from config.chaos.scenario import Scenario

Outcome = dict[str, Any]

_WRONG = ("lost", "duplicate", "ghost", "non_terminal")
_SUMMED = (*_WRONG, "unknown", "flagged_duplicate", "messages", "events", "accepted", "seconds")


def write_outcome(scenario: Scenario, ground: Ground, found: Findings, *, journal: int, seconds: float) -> Outcome:
    """The figures of one scenario; `is_kept` says whether all promises were."""
    ended = sum(found.explained.values())
    unmet = list(ground.unmet)
    if ended != ground.ended_otherwise:
        unmet.append(f"{ended} mails ended unsent, expected were {ground.ended_otherwise}: {dict(found.explained)}")
    outcome: Outcome = {
        "scenario": scenario.name,
        **{name: len(getattr(found, name)) for name in (*_WRONG, "unknown", "flagged_duplicate")},
        "unknown_bound": ground.unknown_bound,
        "seed": ground.dose.seed,
        "messages": sum(map(len, ground.accepted.recipients.values())),
        "events": len(ground.accepted.events),
        "events_in_doubt": ground.accepted.doubtful_events,
        "accepted": journal,
        "sent": found.sent,
        "ended": dict(found.explained),
        "providers": list(ground.dose.providers),
        "workers": ground.dose.workers,
        "times": ground.dose.times,
        **ground.figures,
        "seconds": seconds,
        "unmet": unmet,
        "examples": found.examples(),
    }
    outcome["is_kept"] = is_kept(outcome)
    return outcome


def is_kept(outcome: Outcome) -> bool:
    """Whether nothing was lost, doubled, made up or left over, and the scenario's own promises held."""
    return (
        not any(outcome[name] for name in _WRONG)
        and outcome["unknown"] <= outcome["unknown_bound"]
        and not outcome["unmet"]
    )


def add_up(outcomes: Sequence[Outcome], *, seed: int) -> Outcome:
    """The sums of several scenarios, with each one's figures."""
    return {
        "scenario": "all",
        **{name: round(sum(one[name] for one in outcomes), 1) for name in _SUMMED},
        "unknown_bound": sum(one["unknown_bound"] for one in outcomes),
        "seed": seed,
        "unmet": [f"{one['scenario']}: {text}" for one in outcomes for text in one["unmet"]],
        "is_kept": all(one["is_kept"] for one in outcomes),
        "scenarios": list(outcomes),
    }


def write_line(outcome: Outcome) -> str:
    """One line for people."""
    counts = " ".join(f"{name.replace('_', '-')} {outcome[name]}" for name in _WRONG)
    unknown = f"unknown {outcome['unknown']}" + (f" of {bound}" if (bound := outcome["unknown_bound"]) else "")
    mails = outcome["messages"] + outcome["events"]
    line = (
        f"{'kept  ' if outcome['is_kept'] else 'BROKEN'} {outcome['scenario']:<18} {counts} {unknown:<18}"
        f" {mails:>6} mails {outcome['seconds']:>6.1f} s"
    )
    return "\n".join([line, *(f"       {text}" for text in outcome["unmet"])])
