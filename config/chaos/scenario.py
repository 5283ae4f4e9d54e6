"""What is a scenario, and how large a dose of it was asked for?"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.queues import Stream

if TYPE_CHECKING:
    from config.chaos.ground import Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Something that breaks, and what must hold all the same."""

    name: str
    line: str  # what is injected, in one line
    bound: str  # what `unknown` may be, in words
    run: Callable[[Ground], None]
    stream: str = Stream.MARKETING.value  # of the campaign
    providers: tuple[str, ...] = ("resend",)  # the stream's pool, best first
    messages: int = 2000  # unless said otherwise
    times: int = 1  # how often it strikes, unless said otherwise
    share: float = 1.0  # of the kills asked for, when run together with others
    seconds: float = 5.0  # how long an outage lasts, unless said otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """How much of it."""

    messages: int
    times: int
    seconds: float
    seed: int
    providers: tuple[str, ...]
    workers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line says; None is for the scenario's own default."""

    messages: int | None
    kills: int | None
    seconds: float | None
    seed: int
    provider: str
    workers: int
    is_alone: bool  # one scenario only, so that `kills` means just that


def measure_dose(scenario: Scenario, asked: Asked) -> Dose:
    """The dose of one scenario."""
    times = scenario.times
    if asked.kills is not None:
        times = asked.kills if asked.is_alone else max(1, math.ceil(asked.kills * scenario.share))
    others = tuple(kind for kind in scenario.providers[1:] if kind != asked.provider)
    return Dose(
        messages=asked.messages or scenario.messages,
        times=times,
        seconds=scenario.seconds if asked.seconds is None else asked.seconds,
        seed=asked.seed,
        providers=(asked.provider, *others) if asked.provider else scenario.providers,
        workers=asked.workers,
    )


def describe(scenario: Scenario) -> str:
    """Two lines for people: what is injected, and with what by default."""
    pool = ", then ".join(scenario.providers)
    return (
        f"{scenario.name:<18} {scenario.line}\n"
        f"{'':<18} {scenario.messages} mails by {pool}; unknown at most: {scenario.bound}"
    )
