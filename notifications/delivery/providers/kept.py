"""Which open connection does a call use? One of those kept from earlier calls, held by one thread at a time."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

Connection = TypeVar("Connection")


@dataclass(slots=True)
class _Idle(Generic[Connection]):
    connection: Connection
    since: float


class Kept(Generic[Connection]):
    """Open connections by key (an account and its options). One that was left alone too long is not used again:
    its other end may close it just as we write, which looks like an uncertain hand-over."""

    def __init__(self, *, idle_seconds: float, close: Callable[[Connection], None]) -> None:
        self._idle_seconds = idle_seconds
        self._close = close
        self._idle: defaultdict[Hashable, list[_Idle[Connection]]] = defaultdict(list)
        self._lock = threading.Lock()

    @contextmanager
    def borrow(self, key: Hashable, dial: Callable[[], Connection]) -> Iterator[Connection]:
        """A connection for the block alone; an exception in the block closes it, and only it."""
        connection = self.take(key, dial)
        try:
            yield connection
        except BaseException:
            self._close(connection)
            raise
        self.give_back(key, connection)

    def take(self, key: Hashable, dial: Callable[[], Connection]) -> Connection:
        """The connection that was used last, or a new one; the caller gives it back or closes it."""
        with self._lock:
            stale = self._drop_stale()
            kept = self._idle[key].pop().connection if self._idle.get(key) else None
        for connection in stale:
            self._close(connection)
        return dial() if kept is None else kept

    def give_back(self, key: Hashable, connection: Connection) -> None:
        """Keep a sound connection for the next call."""
        with self._lock:
            self._idle[key].append(_Idle(connection, time.monotonic()))

    def close_all(self) -> None:
        """Close what nobody holds."""
        with self._lock:
            idle = [one.connection for kept in self._idle.values() for one in kept]
            self._idle.clear()
        for connection in idle:
            self._close(connection)

    def _drop_stale(self) -> list[Connection]:
        """Take out what has been idle for too long, whosever it is: each list is oldest first."""
        oldest = time.monotonic() - self._idle_seconds
        stale: list[Connection] = []
        for key, kept in list(self._idle.items()):
            while kept and kept[0].since < oldest:
                stale.append(kept.pop(0).connection)
            if not kept:
                del self._idle[key]
        return stale
