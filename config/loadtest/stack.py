"""Which programs does a load test need, and how much memory did they take?"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from django.conf import settings

from config import leash, programs
from config.embedded import run_servers
from config.loadtest.waiting import wait_until
from config.ports import HOST, find_free_ports, is_answering
from config.programs import Ports
from config.supervisor import Program

_SERVERS = ("DATABASE_URL", "REDIS_URL")
_START_SECONDS = 30
_STOP_SECONDS = 35
_KEPT_CALLS = "200"  # bodies that the simulator's inbox can still show


@contextmanager
def environment(directory: Path, *, endpoint: str) -> Iterator[dict[str, str]]:
    """The variables for a load test in a process of its own, with embedded servers for what is not configured.

    `endpoint` ("http://…", "smtp://…" or empty) is where mail goes in place of the simulator.
    """
    unset = [name for name in _SERVERS if not os.environ.get(name)]
    with run_servers(directory, only=unset) as addresses:
        web, simulator, smtp = find_free_ports(3)
        yield {
            **os.environ,
            **addresses,
            "DEBUG": "false",  # it would remember every query
            "POSTRIDER_DEMO": "true",
            "POSTRIDER_DATA_DIR": str(directory),
            "POSTRIDER_PUBLIC_URL": f"http://{HOST}:{web}",
            "POSTRIDER_SIMULATOR_URL": endpoint if endpoint.startswith("http") else f"http://{HOST}:{simulator}",
            "POSTRIDER_SIMULATOR_SMTP": urlsplit(endpoint).netloc if _is_smtp(endpoint) else f"{HOST}:{smtp}",
        }


def _is_smtp(endpoint: str) -> bool:
    return endpoint.startswith("smtp")


@contextmanager
def running(program: Program, *, port: int | None = None) -> Iterator[psutil.Process]:
    """A program, answering on `port` if it has one; its words go to <data>/<name>.log."""
    log = settings.POSTRIDER_DATA_DIR / f"{program.name}.log"
    with log.open("ab") as out:
        child = leash.start(program.command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=settings.BASE_DIR)
    try:
        if port is not None:
            wait_until(f"{program.name} to answer", lambda: is_answering(port), seconds=_START_SECONDS)
        yield psutil.Process(child.pid)
    finally:
        child.terminate()
        try:
            child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def running_simulator() -> Iterator[None]:
    """The provider simulator at the addresses of the settings."""
    ports = _ports()
    program = programs.simulator(ports, settings.POSTRIDER_DATA_DIR)
    quiet = Program(name=program.name, command=[*program.command, "--keep-bodies", _KEPT_CALLS])
    with running(quiet, port=ports.simulator):
        yield


@contextmanager
def running_web() -> Iterator[psutil.Process]:
    """The web server at the public address of the settings."""
    ports = _ports()
    with running(programs.web(ports), port=ports.web) as process:
        yield process


@contextmanager
def running_workers(*groups: str) -> Iterator[psutil.Process]:
    """Workers of these groups ("marketing=2"; none: one process a queue), and the sweeper."""
    with running(programs.manage("workers", *groups)) as process:
        yield process


def peak_memory(process: psutil.Process) -> float:
    """The largest amount of memory that the process or one of its children ever held, in MB."""
    family = [process, *process.children(recursive=True)]
    return round(max(map(_peak, family)) / 1024**2, 1)


def own_peak_memory() -> float:
    """The largest amount of memory that this process ever held, in MB."""
    return round(_peak(psutil.Process()) / 1024**2, 1)


def cpu_seconds(process: psutil.Process) -> float:
    """Processor time that the process and its living children have taken."""
    family = [process, *process.children(recursive=True)]
    return sum(sum(one.cpu_times()[:2]) for one in family)


def _peak(process: psutil.Process) -> int:
    try:
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    except (OSError, IndexError, ValueError):  # not Linux, or gone
        return int(process.memory_info().rss) if process.is_running() else 0


def _ports() -> Ports:
    return Ports(
        web=_port_of(settings.POSTRIDER_PUBLIC_URL),
        simulator=_port_of(settings.POSTRIDER_SIMULATOR_URL),
        smtp=_port_of(f"smtp://{settings.POSTRIDER_SIMULATOR_SMTP}"),
    )


def _port_of(url: str) -> int:
    port = urlsplit(url).port
    if port is None:
        raise ValueError(f"{url} names no port")
    return port
