"""How do many programs run as one? Each a leashed child, its lines prefixed, started again when it dies.

The supervisor lives in one thread: what it starts ends with that thread, however it ends.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TextIO

from config import leash

_TICK_SECONDS = 0.2
_STOP_SECONDS = 30
# A program that dies this often without ever living long will not get better by itself.
_MOST_EARLY_DEATHS = 5
_LONG_LIFE_SECONDS = 10
_COLORS = (36, 32, 33, 35, 34, 96, 92, 93)


class KeepsDying(RuntimeError):
    """A program died again and again right after its start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    name: str  # the prefix of its lines
    command: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    code: int  # exit code; negative: the signal that ended it
    last_line: str  # of its standard output


@dataclass(slots=True, kw_only=True, eq=False)
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    started_at: float
    unfinished: dict[int, bytes] = field(default_factory=dict)  # by file descriptor: a line's beginning
    last_line: str = ""


class Supervisor:
    """`run` a program to its end, `keep` others alive meanwhile, `watch` them until told, then `stop` them all."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._is_colored = out.isatty() and "NO_COLOR" not in os.environ
        self._selector = selectors.DefaultSelector()
        self._children: list[_Child] = []
        self._kept: dict[str, Program] = {}
        self._early_deaths: dict[str, int] = {}
        self._restarts: dict[str, float] = {}  # program's name: when it is due, in monotonic seconds
        self._seen: list[str] = []

    def say(self, text: str, *, name: str = "up") -> None:
        """Write `text` as a line of the program `name`."""
        if name not in self._seen:
            self._seen.append(name)
        prefix = f"{name:<9}|"
        if self._is_colored:
            prefix = f"\033[{_COLORS[self._seen.index(name) % len(_COLORS)]}m{prefix}\033[0m"
        self._out.write(f"{prefix} {text}\n")
        self._out.flush()

    def run(self, program: Program) -> Finished:
        """Run `program` to its end, looking after the kept ones meanwhile."""
        child = self._start(program)
        self.watch(until=lambda: child not in self._children)
        return Finished(code=child.process.returncode, last_line=child.last_line)

    def keep(self, programs: Sequence[Program]) -> None:
        """Start `programs`, and start each again whenever it ends while `watch` or `run` goes on."""
        for program in programs:
            self._kept[program.name] = program
            self._start(program)

    def watch(self, *, until: Callable[[], bool]) -> None:
        """Pass lines on and start what died, until `until()`. Raises KeepsDying when that does not help."""
        while not until():
            self._pass_lines_on(_TICK_SECONDS)
            for child in [child for child in self._children if child.process.poll() is not None]:
                self._bury(child)
                if child.program.name in self._kept:
                    self._plan_restart(child)
            for name in [name for name, due in self._restarts.items() if due <= time.monotonic()]:
                del self._restarts[name]
                self._start(self._kept[name])

    def stop(self) -> None:
        """End all programs: politely, and after 30 seconds (or a second Ctrl-C) at once."""
        self._kept.clear()
        for child in self._children:
            child.process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        with suppress(KeyboardInterrupt):
            self.watch(until=lambda: not self._children or time.monotonic() > deadline)
        for child in list(self._children):
            self.say(f"does not stop, so it is killed after {_STOP_SECONDS} s", name=child.program.name)
            self._bury(child)

    def _start(self, program: Program) -> _Child:
        process = leash.start(
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        child = _Child(program=program, process=process, started_at=time.monotonic())
        self._children.append(child)
        for stream in (process.stdout, process.stderr):
            assert stream
            os.set_blocking(stream.fileno(), False)
            self._selector.register(stream, selectors.EVENT_READ, child)
        return child

    def _pass_lines_on(self, timeout: float) -> None:
        for key, _ in self._selector.select(timeout):
            if not self._read(key.data, key.fd):
                self._selector.unregister(key.fileobj)

    def _read(self, child: _Child, descriptor: int) -> bool:
        """Pass on the whole lines that have arrived; False at the end of the stream."""
        arrived = os.read(descriptor, 65536)
        *lines, child.unfinished[descriptor] = (child.unfinished.get(descriptor, b"") + arrived).split(b"\n")
        for line in lines:
            self._pass_on(child, descriptor, line)
        return bool(arrived)

    def _pass_on(self, child: _Child, descriptor: int, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        self.say(text, name=child.program.name)
        if child.process.stdout and descriptor == child.process.stdout.fileno():
            child.last_line = text or child.last_line

    def _bury(self, child: _Child) -> None:
        """End what is left of the child's session, pass on its last words, forget it."""
        with suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        for stream in (child.process.stdout, child.process.stderr):
            assert stream
            self._pass_last_words_on(child, stream.fileno())
            with suppress(KeyError):
                self._selector.unregister(stream)
            stream.close()
        self._children.remove(child)

    def _pass_last_words_on(self, child: _Child, descriptor: int) -> None:
        with suppress(BlockingIOError):  # a dying grandchild still holds the other end
            while self._read(child, descriptor):
                pass
        if rest := child.unfinished.get(descriptor):
            self._pass_on(child, descriptor, rest)

    def _plan_restart(self, child: _Child) -> None:
        name, lived = child.program.name, time.monotonic() - child.started_at
        deaths = self._early_deaths.get(name, 0) + 1 if lived < _LONG_LIFE_SECONDS else 1
        self._early_deaths[name] = deaths
        ending = describe_exit(child.process.returncode)
        if deaths >= _MOST_EARLY_DEATHS:
            raise KeepsDying(f"{name} died {deaths} times in a row right after its start, the last time with {ending}.")
        pause = 2.0 ** (deaths - 1) / 2
        self.say(f"ended after {lived:.0f} s with {ending}; starting it again in {pause:g} s", name=name)
        self._restarts[name] = time.monotonic() + pause


def describe_exit(code: int) -> str:
    """`exit code 1`, or `SIGKILL` for a process that a signal ended."""
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def python_program(name: str, *arguments: str) -> Program:
    """A program of this very Python: `python_program("migrate", "manage.py", "migrate")`."""
    return Program(name=name, command=(sys.executable, *arguments))
