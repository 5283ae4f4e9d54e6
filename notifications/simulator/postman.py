"""Did the webhook arrive? It is tried again until it did, but not for ever.

Like the real ones, a webhook that is not answered with 2xx comes again, with the same
body and event id. Waiting deliveries live in memory and are bounded: who fills the
queue waits for room.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
from collections import deque
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from .accounts import Account
from .clock import Clock
from .providers import registry
from .wire import CallFailed, Wire

LINES = 16  # deliveries under way at once
MOST_WAITING = 5_000
MOST_LOGGED = 2_000
MOST_REMEMBERED = 2_000  # delivered webhooks that can be sent again …
MOST_REMEMBERED_BYTES = 64 * 1024 * 1024  # … of this size in all


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One POST of one or more events."""

    account: Account
    identity: str
    body: bytes
    events: Sequence[str]  # what is in it, for the log: "delivered ada@example.com"
    accepts: Sequence[int]
    attempts: int = 0
    outcome: str = "waiting"


@dataclass(slots=True)
class Settings:
    is_paused: bool = False
    retry_seconds: Sequence[float] = (1, 5, 30, 120, 600)


@dataclass(slots=True)
class Counts:
    sent: int = 0
    failed: int = 0
    given_up: int = 0


@dataclass(order=True, slots=True)
class _Due:
    at: float
    turn: int
    delivery: Delivery = field(compare=False)


class Postman:
    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._wire = wire
        self._clock = clock
        self.settings = Settings()
        self.counts = Counts()
        self.log: deque[dict[str, Any]] = deque(maxlen=MOST_LOGGED)
        self._sent: deque[Delivery] = deque()
        self._sent_bytes = 0
        self._due: list[_Due] = []
        self._turns = itertools.count()
        self._changed = asyncio.Condition()
        self._under_way = 0

    # -- the queue

    async def put(self, delivery: Delivery, *, delay: float = 0) -> None:
        """Queue it; waits while the queue is full."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self._due) < MOST_WAITING)
            self._push(delivery, delay)
            self._changed.notify_all()

    def _push(self, delivery: Delivery, delay: float) -> None:
        at = asyncio.get_running_loop().time() + delay
        heapq.heappush(self._due, _Due(at, next(self._turns), delivery))

    async def configure(self, *, is_paused: bool | None, retry_seconds: Sequence[float] | None) -> None:
        async with self._changed:
            if is_paused is not None:
                self.settings.is_paused = is_paused
            if retry_seconds is not None:
                self.settings.retry_seconds = retry_seconds
            self._changed.notify_all()

    @property
    def waiting(self) -> int:
        return len(self._due) + self._under_way

    def forget(self) -> None:
        """Drop what waits and what could be sent again."""
        self._due.clear()
        self._sent.clear()
        self._sent_bytes = 0
        self.log.clear()
        self.counts = Counts()

    def forget_accepts(self, numbers: AbstractSet[int]) -> None:
        """Drop what waits, what could be sent again and what is logged about these accepts."""
        self._due = [one for one in self._due if numbers.isdisjoint(one.delivery.accepts)]
        heapq.heapify(self._due)
        self._sent = deque(one for one in self._sent if numbers.isdisjoint(one.accepts))
        self._sent_bytes = sum(len(one.body) for one in self._sent)
        kept = [line for line in self.log if numbers.isdisjoint(line["accepts"])]
        self.log = deque(kept, maxlen=MOST_LOGGED)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as lines:
            for _ in range(LINES):
                lines.create_task(self._work())

    async def _work(self) -> None:
        while True:
            delivery = await self._next()
            try:
                await self._deliver(delivery)
            finally:
                self._under_way -= 1

    async def _next(self) -> Delivery:
        async with self._changed:
            while True:
                delay = self._delay()
                if delay is not None and delay <= 0:
                    self._under_way += 1
                    delivery = heapq.heappop(self._due).delivery
                    self._changed.notify_all()
                    return delivery
                try:
                    async with asyncio.timeout(delay):
                        await self._changed.wait()
                except TimeoutError:
                    pass

    def _delay(self) -> float | None:
        """Seconds to the next one due; None when there is nothing to wait for."""
        if self.settings.is_paused or not self._due:
            return None
        return self._due[0].at - asyncio.get_running_loop().time()

    # -- one delivery

    async def _deliver(self, delivery: Delivery) -> None:
        account, at = delivery.account, self._clock.now()
        sign = registry()[account.provider].webhooks.sign
        headers = sign(delivery.body, account, delivery.identity, at)
        delivery.attempts += 1
        try:
            answered = await self._wire.call("POST", account.webhook_url, headers=headers, body=delivery.body)
            delivery.outcome, is_taken = str(answered.status), 200 <= answered.status < 300
        except CallFailed as error:
            delivery.outcome, is_taken = str(error), False
        self._note(delivery, at)
        if is_taken:
            self.counts.sent += 1
            self._remember(delivery)
        else:
            self._try_again(delivery)

    def _try_again(self, delivery: Delivery) -> None:
        self.counts.failed += 1
        delays = self.settings.retry_seconds
        if delivery.attempts > len(delays):
            self.counts.given_up += 1
            return
        # A full queue may grow a little here: waiting for room could wait for itself.
        self._push(delivery, delays[delivery.attempts - 1])

    def _note(self, delivery: Delivery, at: float) -> None:
        self.log.append(
            {
                "at": at,
                "provider": delivery.account.provider,
                "account": delivery.account.name,
                "id": delivery.identity,
                "events": list(delivery.events[:10]),
                "event_count": len(delivery.events),
                "accepts": list(delivery.accepts[:10]),
                "attempt": delivery.attempts,
                "outcome": delivery.outcome,
            }
        )

    def _remember(self, delivery: Delivery) -> None:
        self._sent.append(delivery)
        self._sent_bytes += len(delivery.body)
        while len(self._sent) > MOST_REMEMBERED or self._sent_bytes > MOST_REMEMBERED_BYTES:
            self._sent_bytes -= len(self._sent.popleft().body)

    # -- once more

    def sent(self, *, last: int, accept: int | None = None) -> list[Delivery]:
        """The newest delivered webhooks, oldest first; only that accept's, if one is given."""
        found = [one for one in self._sent if accept is None or accept in one.accepts]
        return found[-last:] if last else []

    async def resend(self, deliveries: Sequence[Delivery], *, times: int, is_shuffled: bool, delay: float) -> int:
        """Send them again, each `times` times, unchanged; returns how many were queued."""
        queued = [one for _ in range(times) for one in deliveries]
        if is_shuffled:
            random.shuffle(queued)
        for one in queued:
            again = Delivery(
                account=one.account,
                identity=one.identity,
                body=one.body,
                events=one.events,
                accepts=one.accepts,
            )
            await self.put(again, delay=delay)
        return len(queued)
