"""Which calls are under way? Made in threads, so that a slow provider holds up nobody; recorded by the worker itself.

The threads speak to providers only. Everything that is written to the ledger is written by the thread that works on
the stream, as the answers come back.
"""

from __future__ import annotations

import logging
import os
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from types import TracebackType

from notifications.delivery import limits
from notifications.delivery.failpoints import fail_point
from notifications.delivery.failures import Kind, Verdict
from notifications.delivery.handover import Answer, Flight, hand_over
from notifications.delivery.models import Provider
from notifications.delivery.outbox import lease_time
from notifications.delivery.outcome import record_outcome
from notifications.delivery.pace import note_pace
from notifications.delivery.providers import kind_of

logger = logging.getLogger("postrider.delivery")

#: Calls of one lane under way at once, and the mails in them: what a sudden death leaves uncertain.
MOST_CALLS = 8
MOST_MAILS = 1000
#: Where mails of a call go one by one, calls are small and many; together they hold no more than this.
MOST_SERIAL_MAILS = 400
#: Longest a hand-over may take: providers see to it, and the lease must cover it just before.
CALL_SECONDS = 75


class Flights:
    """The calls of one piece of work. Leaving the context waits for all of them and records them."""

    def __init__(self) -> None:
        self._under_way: dict[Future[Answer], Flight] = {}
        self._mails = 0
        #: Calls so far that try whether an account works again.
        self.probes = 0
        #: Whether a landing made mail due: what came back may go by another account, what waited its turn may go.
        self.has_freed = False
        #: Whether an outcome could not be written: its rows stay `sending` until somebody calls them unknown.
        self.has_lost_an_outcome = False

    def __enter__(self) -> Flights:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.land()

    @property
    def free(self) -> int:
        """How many more calls may start at once; answers that came back are recorded first."""
        self._record_finished()
        return MOST_CALLS - len(self._under_way)

    def await_room(self, provider: Provider, *, calls: int, mails: int) -> None:
        """Wait until so many calls with so many mails may start: before they are `sending`, not after."""
        most = MOST_SERIAL_MAILS if kind_of(provider).is_serial else MOST_MAILS
        while self._under_way and (len(self._under_way) + calls > MOST_CALLS or self._mails + mails > most):
            self._record_finished(is_waiting=True)

    def launch(self, flight: Flight) -> None:
        """Start a call."""
        self._under_way[_network().submit(make_call, flight)] = flight
        self._mails += len(flight.rows)
        self.probes += flight.is_probe

    def land(self, *, left: int = 0) -> None:
        """Wait until at most `left` calls are under way, and record the others."""
        while len(self._under_way) > left:
            self._record_finished(is_waiting=True)

    def _record_finished(self, *, is_waiting: bool = False) -> None:
        finished, _ = wait(self._under_way, timeout=None if is_waiting else 0, return_when=FIRST_COMPLETED)
        for one in finished:
            flight = self._under_way.pop(one)
            self._mails -= len(flight.rows)
            provider, answer = flight.parcel.provider, one.result()
            limits.end_call(provider, str(flight.parcel.call_id))
            note_pace(provider, mails=len(flight.rows), milliseconds=answer.milliseconds)
            self.has_freed |= any(verdict.kind != Kind.ACCEPTED for verdict in answer.verdicts)
            self.has_freed |= any(row.order_key for row in flight.rows.values())
            try:
                record_outcome(flight, answer)
                fail_point("after_outcome")
            except Exception:
                # The rows stay `sending`: the sweeper calls them unknown. The other calls are recorded all the same.
                logger.exception("the outcome of call %s was not recorded", flight.parcel.call_id)
                self.has_lost_an_outcome = True


def make_call(flight: Flight) -> Answer:
    """Make a stored call. Never raises.

    A process that was held up since it took the lease, and whose lease no longer covers a call, makes none.
    """
    waited = time.monotonic() - flight.leased_at
    started_at = flight.entered_at + timedelta(seconds=waited)
    fail_point("before_call")
    if waited > lease_time().total_seconds() - CALL_SECONDS:
        verdicts, milliseconds = [Verdict(kind=Kind.NOT_TRIED)] * len(flight.parcel.members), 0
    else:
        verdicts, milliseconds = hand_over(flight.parcel)
    fail_point("after_call")
    return Answer(verdicts=verdicts, started_at=started_at, milliseconds=milliseconds)


_pools: dict[int, ThreadPoolExecutor] = {}


def _network() -> ThreadPoolExecutor:
    """This process's threads for calls; a forked child makes its own."""
    pid = os.getpid()
    if pid not in _pools:  # two lanes may ask at once: neither takes away what the other one made
        _pools.setdefault(pid, ThreadPoolExecutor(max_workers=2 * MOST_CALLS, thread_name_prefix="call"))
    return _pools[pid]
