"""Who is killed? `manage.py workers` as a service manager runs it: started, stopped, started again."""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

import psutil

from config import programs
from config.loadtest.stack import running
from config.loadtest.waiting import wait_until
from config.supervisor import Program, python_program

_START_SECONDS = 30


@dataclass(slots=True, kw_only=True)
class Crew:
    """One `manage.py workers` with its children, in a session of its own."""

    groups: Sequence[str]
    clock_shift: float = 0.0  # seconds that its clock runs ahead
    variables: Mapping[str, str] = field(default_factory=dict)
    _parent: psutil.Process | None = None
    _running: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        """Return once it has forked its children."""
        with _environment(self.variables):
            self._parent = self._running.enter_context(running(self._program()))
        wait_until("the workers to start", self.children, seconds=_START_SECONDS)

    def stop(self) -> None:
        """By SIGTERM, as a deploy does; returns when all have left."""
        self._running.close()
        self._parent = None

    def restart(self) -> None:
        """As a service manager does when the parent has died."""
        self._running.close()
        self.start()

    def children(self) -> list[psutil.Process]:
        """The worker processes and the sweeper that are alive now."""
        try:
            return self._parent.children() if self._parent else []
        except psutil.NoSuchProcess:
            return []

    def kill_child(self, chance: random.Random) -> int:
        """One of the children, by SIGKILL; return how many died."""
        children = self.children()
        if not children:
            return 0
        with suppress(psutil.NoSuchProcess):
            chance.choice(children).kill()
        return 1

    def kill_parent(self) -> int:
        """The parent alone: its children are told by the kernel and leave in order."""
        if self._parent:
            self._parent.kill()
        return 0

    def kill_all(self) -> int:
        """Parent and children at once, as when a host loses its power; return how many workers died."""
        count = len(self.children())
        if self._parent:
            with suppress(ProcessLookupError):
                os.killpg(self._parent.pid, signal.SIGKILL)
        return count

    def _program(self) -> Program:
        if not self.clock_shift:
            return programs.manage("workers", *self.groups)
        return python_program(
            f"workers{self.clock_shift:+g}s", "-m", "config.chaos.shifted", str(self.clock_shift), *self.groups
        )


@contextmanager
def running_crew(crew: Crew) -> Iterator[Crew]:
    """The crew at work until the block ends; then it is told to leave."""
    crew.start()
    try:
        yield crew
    finally:
        crew.stop()


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Children started in the block inherit these."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def manage(*arguments: str) -> list[str]:
    """The command line of a management command."""
    return [sys.executable, "manage.py", *arguments]
