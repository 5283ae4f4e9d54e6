"""What does a scenario stand on? Servers, people, provider accounts, workers, and what was promised so far."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from config import clock
from config.chaos import campaign, ending, faults
from config.chaos.accounts import calls_at_once, mails_a_call, remembers_keys
from config.chaos.checker import Accepted
from config.chaos.crew import Crew, running_crew
from config.chaos.evidence import count_accepts
from config.chaos.orders import Orders, raise_event
from config.chaos.scenario import Dose
from config.chaos.servers import Postgres, Redis
from tracking.models import Message

_EVENT_PAUSE = 0.1
_STUCK_SECONDS = 3.0
_SLOWEST_CALL = 2.0
_FEWEST_CALLS = 24


@dataclass(slots=True, kw_only=True)
class Ground:
    dose: Dose
    stream: str
    postgres: Postgres
    redis: Redis
    say: Callable[[str], None]
    chance: random.Random
    accepted: Accepted = field(default_factory=Accepted)
    unsettled_calls: int = 0  # hand-overs that may have been cut off
    unsettled_mails: int = 0  # mails that may stay unknown for another reason
    ended_otherwise: int = 0  # mails that shall end with a reason, unsent
    figures: dict[str, Any] = field(default_factory=dict)
    unmet: list[str] = field(default_factory=list)

    # -- work

    def freeze(self, number: int | None = None, *, ago: timedelta = timedelta()) -> None:
        """Mails to so many people (the dose's), due since `ago`; few of them in many campaigns, to fill some calls."""
        number = number or self.dose.messages
        size = max(1, number // max(1, _FEWEST_CALLS - number // self.mails_a_call))
        campaign.freeze(self.accepted, number, size=size, stream=self.stream, due_at=clock.now() - ago)

    @property
    def mails_a_call(self) -> int:
        """How many mails a hand-over to the first provider carries at most."""
        return mails_a_call(self.dose.providers[0], self.stream)

    def orders(self) -> Orders:
        """Events, raised in the background until the block ends."""
        return Orders(self.accepted, people=self.dose.messages, pause=_EVENT_PAUSE)

    def raise_orders(self, number: int) -> None:
        """So many events, now."""
        for turn in range(number):
            raise_event(self.accepted, turn, people=self.dose.messages)

    @contextmanager
    def workers(self, *groups: str, shift: float = 0.0, **variables: str) -> Iterator[Crew]:
        """Workers; without groups, one for urgent mail and as many for the campaign as asked for."""
        wanted = groups or ("critical,transactional", f"{self.stream}={self.dose.workers}")
        with running_crew(Crew(groups=wanted, clock_shift=shift, variables=variables)) as crew:
            yield crew

    def await_end(self) -> None:
        """Wait until all mail has ended; with a provider that remembers keys, unknown mail too."""
        self.say("waiting for the end")
        is_settling = remembers_keys(self.dose.providers[0]) and not self.unsettled_mails
        ending.await_end(with_unknown=is_settling, say=self.say)

    # -- time

    def slow_down(self, *before: faults.Rule) -> None:
        """Make calls take so long that the campaign lasts for all strikes; `before` are faults that come first."""
        calls = max(_FEWEST_CALLS, self.dose.messages // self.mails_a_call)
        lines = self.dose.workers * calls_at_once(self.dose.providers[0], self.stream)
        seconds = min(_SLOWEST_CALL, max(0.05, 0.5 * self.dose.times * lines / calls))
        faults.play(*before, faults.slow(round(seconds, 2)))

    def moments(self, times: int | None = None) -> Iterator[int]:
        """Yield 0, 1, 2 … at random points of the campaign's progress, which the seed settles."""
        points = sorted(self.chance.uniform(0.02, 0.9) for _ in range(times or self.dose.times))
        for turn, point in enumerate(points):
            self.await_share(point)
            time.sleep(self.chance.uniform(0, 0.2))
            self.say(f"strike {turn + 1} of {len(points)}")
            yield turn

    def await_share(self, share: float) -> None:
        """Return when that share of the campaign was accepted, or when for a while none was."""
        wanted, before, since = share * self.dose.messages, -1, time.monotonic()
        while (count := count_accepts()) < wanted and time.monotonic() - since < _STUCK_SECONDS:
            if count != before:
                before, since = count, time.monotonic()
            time.sleep(0.02)

    # -- what may be

    def cut_off(self, workers: int) -> None:
        """So many workers were interrupted: the calls they had under way may be unknown."""
        self.unsettled_calls += workers * calls_at_once(self.dose.providers[0], self.stream)

    @property
    def unknown_bound(self) -> int:
        """How many mails may be unknown in the end."""
        calls = 0 if remembers_keys(self.dose.providers[0]) else self.unsettled_calls
        mails = sum(map(len, self.accepted.recipients.values())) + len(self.accepted.events)
        return min(mails, self.unsettled_mails + calls * self.mails_a_call)

    def allow_poison(self) -> None:
        """Whoever is in a worker's hands at three deaths is taken for poison, and becomes a dead letter."""
        self.ended_otherwise += Message.objects.filter(state=Message.State.DEAD, reason="poison").count()

    def expect(self, is_so: object, otherwise: str) -> None:
        """Note a promise of this scenario that was not kept."""
        if not is_so:
            self.unmet.append(otherwise)

    def provider_names(self) -> tuple[str, str]:
        """The first and the second provider of the pool."""
        first, second = self.dose.providers[:2]
        return first, second

    # -- places

    @property
    def directory(self) -> Path:
        """Where this run keeps its files."""
        return Path(settings.POSTRIDER_DATA_DIR)
