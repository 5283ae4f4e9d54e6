"""Which processes run, and what happens when one dies? Forked from one parent, restarted, their leases taken back."""

from __future__ import annotations

import gc
import logging
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db import DatabaseError, connections

from config import leash
from config.queues import QUEUES
from config.workers.sweeping import run_sweeper
from config.workers.worker import run_worker
from notifications.delivery.providers import provider_kinds
from notifications.delivery.sweeper import recover_worker

logger = logging.getLogger("postrider.workers")

STOP_SECONDS = 28.0
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)
_TICK_SECONDS = 0.05
#: A killed process's session may live on in the database for a moment, and hold its rows.
_TAKE_BACK_AFTER = (0.0, 1.0, 4.0)
_GROUP = re.compile(r"(?P<queues>[a-z]+(?:,[a-z]+)*)(?:=(?P<count>[1-9]\d?))?\Z")


class BadGroup(ValueError):
    """A group of queues that is not of the form queue[,queue…][=count]."""


@dataclass(slots=True, kw_only=True)
class Post:
    """A place that a process fills; refilled when it dies, later each time that it dies young."""

    name: str
    run: Callable[[], None]
    niceness: int = 0
    started_at: float = 0.0
    start_at: float = 0.0
    quick_deaths: int = 0


@dataclass(slots=True)
class Crew:
    """The processes of one `manage.py workers`."""

    posts: list[Post]
    running: dict[int, Post] = field(default_factory=dict)
    #: Dead processes whose leases are taken back, and when: at once, and again when their database sessions are gone.
    departed: list[tuple[float, int]] = field(default_factory=list)
    is_stopping: bool = False

    def work(self) -> None:
        """Run until SIGTERM or SIGINT, then stop everyone in order."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        provider_kinds()  # loaded once, shared by all
        connections.close_all()
        gc.freeze()
        while self.running or not self.is_stopping:
            self._start_due()
            self._bury_dead()
            self._take_back_due()
            time.sleep(_TICK_SECONDS)

    def _stop(self, *_: object) -> None:
        """Ask everyone to finish the batch in hand; whoever has not left in time is killed, and the leases stand."""
        if not self.is_stopping:
            self.is_stopping = True
            signal.signal(signal.SIGALRM, lambda *_: self._signal_all(signal.SIGKILL))
            signal.setitimer(signal.ITIMER_REAL, STOP_SECONDS)
            self._signal_all(signal.SIGTERM)

    def _signal_all(self, number: signal.Signals) -> None:
        for pid in list(self.running):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def _start_due(self) -> None:
        filled = {id(post) for post in self.running.values()}
        for post in self.posts:
            if id(post) not in filled and post.start_at <= time.monotonic():
                self._start(post)

    def _start(self, post: Post) -> None:
        """Fork, deaf to signals until the child is known: one that nobody knows of would never be told to stop."""
        parent = os.getpid()
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
        try:
            if self.is_stopping:
                return
            pid = os.fork()
            if pid == 0:
                _become(post, parent)
            post.started_at = time.monotonic()
            self.running[pid] = post
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)

    def _bury_dead(self) -> None:
        """Of each process that ended: take back its leases, and fill its post again."""
        while self.running and (ended := os.waitpid(-1, os.WNOHANG))[0]:
            pid, status = ended
            post = self.running.pop(pid, None)
            if post is None:
                continue
            now = time.monotonic()
            self.departed += [(now + wait, pid) for wait in _TAKE_BACK_AFTER]
            if not self.is_stopping:
                logger.warning("%s (process %d) ended with status %d; starting it again", post.name, pid, status)
                post.quick_deaths = 0 if now - post.started_at > 10 else post.quick_deaths + 1
                post.start_at = now + min(10.0, 0.25 * 2**post.quick_deaths) * bool(post.quick_deaths)

    def _take_back_due(self) -> None:
        due = [entry for entry in self.departed if entry[0] <= time.monotonic() or self.is_stopping]
        self.departed = [entry for entry in self.departed if entry not in due]
        for pid in {pid for _, pid in due}:
            _take_back(pid)


def make_crew(groups: Iterable[str], *, has_sweeper: bool = True) -> Crew:
    """A crew for groups like "critical,transactional" or "marketing=4"; raises BadGroup."""
    posts = [post for group in groups for post in _posts(group)]
    if has_sweeper:
        posts.append(Post(name="sweeper", run=run_sweeper))
    return Crew(posts)


def _posts(group: str) -> list[Post]:
    found = _GROUP.match(group)
    queues = found["queues"].split(",") if found else []
    unknown = [queue for queue in queues if queue not in QUEUES]
    if not found or unknown:
        raise BadGroup(
            f"{group!r} is no group of queues: name {', '.join(QUEUES)}, as in critical,transactional or marketing=4."
        )
    ordered = sorted(queues, key=QUEUES.index)
    return [
        Post(name=",".join(ordered), run=lambda: run_worker(ordered), niceness=_NICENESS.get(ordered[0], 0))
        for _ in range(int(found["count"] or 1))
    ]


#: Where processors are scarce, those who serve mail to many step aside for those who serve single mails.
_NICENESS = {"notification": 5, "marketing": 10}


def _become(post: Post, parent: int) -> None:
    """The child's life; never returns."""
    for number in _STOP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)
    leash.put_on(parent)
    os.nice(post.niceness)
    code = 1
    try:
        post.run()
        code = 0
    except Exception:
        logger.exception("%s ended by an error", post.name)
    finally:
        os._exit(code)


def _take_back(pid: int) -> None:
    """What a dead child held is ours to give back at once: we know that it is dead."""
    try:
        recover_worker(f"{socket.gethostname()}:{pid}")
    except DatabaseError:
        logger.warning("could not take back the leases of process %d; the sweeper will", pid)
    finally:
        connections.close_all()  # the next fork must not inherit one
