"""What is due to happen to accepted mails, and when?

The script's outcome for a mail follows from its number, so nothing about it is stored
but how far the journal has been planned. At most `MOST_AHEAD` steps are held; the rest
of a large campaign waits in the journal.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
from collections import Counter
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from .acts import Acts, Happening
from .clock import Clock
from .journal import Journal
from .script import Script
from .shapes import Accept, EventKind

MOST_AHEAD = 50_000
PAGE = 500
MOST_AT_ONCE = 100  # steps before calls to the APIs get their turn again
PEOPLE = 32  # persons opening and clicking at once
_MARK = "planned"


class _Step(NamedTuple):
    at: float
    turn: int
    accept: Accept
    kind: EventKind


class Agenda:
    def __init__(self, journal: Journal, acts: Acts, clock: Clock, *, seed: int) -> None:
        self._journal = journal
        self._acts = acts
        self._clock = clock
        self._seed = seed
        self.script = Script()
        self._steps: list[_Step] = []
        self._open: Counter[int] = Counter()  # accept number → steps still to come
        self._turns = itertools.count()
        self._planned = journal.mark(_MARK)
        self._woken = asyncio.Event()
        self._people = asyncio.Semaphore(PEOPLE)
        self._busy: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """There are new accepts, or a new script."""
        self._woken.set()

    def forget(self) -> None:
        self._steps.clear()
        self._open.clear()
        self._planned = self._journal.newest

    def forget_accepts(self, numbers: AbstractSet[int]) -> None:
        """Nothing more happens to these."""
        self._steps = [step for step in self._steps if step.accept.number not in numbers]
        heapq.heapify(self._steps)
        for number in numbers:
            self._open.pop(number, None)

    @property
    def waiting(self) -> int:
        """Steps still to come of the accepts planned so far, and accepts not yet planned."""
        return len(self._steps) + len(self._busy) + self._journal.newest - self._planned

    async def run(self) -> None:
        while True:
            self._plan()
            due = self._take_due()
            if due:
                await self._make_happen(due)
                await asyncio.sleep(0)
            else:
                self._remember()
                await self._wait()

    def _plan(self) -> None:
        """Look at the next page of the journal, if there is room."""
        if self._planned >= self._journal.newest or len(self._steps) >= MOST_AHEAD:
            return
        accepts = self._journal.page(after=self._planned, limit=PAGE)
        for accept in accepts:
            self._plan_one(accept)
        self._planned = accepts[-1].number if accepts else self._journal.newest

    def _plan_one(self, accept: Accept) -> None:
        steps = self.script.plan(accept.recipient, seed=self._seed, number=accept.number)
        now = self._clock.now()
        for step in steps:
            # Counted from now where planning lagged, so that steps keep their order.
            at = max(accept.at, now - 1) + step.after
            heapq.heappush(self._steps, _Step(at, next(self._turns), accept, step.kind))
            self._open[accept.number] += 1

    def _take_due(self) -> list[_Step]:
        now = self._clock.now()
        due: list[_Step] = []
        while self._steps and self._steps[0].at <= now and len(due) < MOST_AT_ONCE:
            due.append(heapq.heappop(self._steps))
        return due

    async def _make_happen(self, due: list[_Step]) -> None:
        told = [Happening(step.accept, step.kind) for step in due if not self._is_persons(step)]
        for step in due:
            if self._is_persons(step):
                await self._send_person(step)
        await self._acts.tell(told)
        for step in due:
            self._settle(step)

    def _is_persons(self, step: _Step) -> bool:
        return step.kind in self.script.by_person

    def _settle(self, step: _Step) -> None:
        self._open[step.accept.number] -= 1
        if self._open[step.accept.number] <= 0:
            del self._open[step.accept.number]

    async def _send_person(self, step: _Step) -> None:
        await self._people.acquire()
        task = asyncio.create_task(self._be_person(step))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _be_person(self, step: _Step) -> None:
        try:
            await self._acts.perform(Happening(step.accept, step.kind))
        finally:
            self._people.release()

    def _remember(self) -> None:
        """After a crash, planning starts again at the oldest accept with steps to come."""
        done = min(self._open, default=self._planned + 1) - 1
        if done != self._journal.mark(_MARK):
            self._journal.set_mark(_MARK, done)

    async def _wait(self) -> None:
        self._woken.clear()
        if self._planned < self._journal.newest and len(self._steps) < MOST_AHEAD:
            return
        delay = self._steps[0].at - self._clock.now() if self._steps else None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if delay is None else min(delay, 1.0)):
                await self._woken.wait()
