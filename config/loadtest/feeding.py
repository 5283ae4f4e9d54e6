"""How does a campaign of any size get into the outbox? In slices, so that few rows wait at a time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from config import clock
from config.loadtest.people import address_of
from config.loadtest.waiting import wait_until
from notifications.delivery.models import Outbox
from notifications.delivery.outbox import Recipient, Submission, submit_to_many

#: Rows of a campaign that wait at once, and those that are added at a time.
MOST_OPEN = 20_000
SLICE = 2000
_STALLED_SECONDS = 60
_TICK_SECONDS = 0.2


class Feeder:
    """Submits a mailing to people (contact ids, in the order of their numbers) as room comes free."""

    def __init__(self, people: Sequence[int], mailing: Submission) -> None:
        self._people = people
        self._mailing = mailing
        self._next = 0
        #: Seconds spent on submitting.
        self.seconds = 0.0

    def fill(self) -> int:
        """Add what there is room for; return how many wait now."""
        waiting = count_waiting(self._mailing.stream)
        while self._next < len(self._people) and waiting <= MOST_OPEN - SLICE:
            waiting += self._add_slice()
        return waiting

    def feed_to_the_end(self) -> None:
        """Return once all have left; raises Failed when for a minute nothing has."""
        while left := self.fill():
            self._await_fewer(left)

    def _await_fewer(self, before: int) -> None:
        """Return when something has left, or there is room for more."""
        is_all_in = self._next >= len(self._people)
        most = before - 1 if is_all_in else MOST_OPEN - SLICE
        wait_until(
            "more mail to leave",
            lambda: count_waiting(self._mailing.stream) <= most,
            seconds=_STALLED_SECONDS,
            tick=_TICK_SECONDS,
        )

    def _add_slice(self) -> int:
        started = time.perf_counter()
        last = min(self._next + SLICE, len(self._people))
        people = [
            Recipient(contact_id=self._people[number], address=address_of(number)) for number in range(self._next, last)
        ]
        added = submit_to_many(replace(self._mailing, due_at=clock.now()), people)
        self._next = last
        self.seconds += time.perf_counter() - started
        return added


def count_waiting(stream: str) -> int:
    """Rows of a stream that are not settled."""
    return Outbox.objects.filter(stream=stream).count()
