"""Which programs make up a running Postrider, and with which addresses do they find each other?"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from config.ports import HOST
from config.supervisor import Program, python_program

# Requests wait for PostgreSQL about as long as they compute.
_WEB_THREADS = str(2 * (os.cpu_count() or 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    web: int
    simulator: int
    smtp: int

    def set_addresses(self) -> None:
        """Tell all programs started from here on; an address that recipients see may be set from outside."""
        os.environ.setdefault("POSTRIDER_PUBLIC_URL", f"http://{HOST}:{self.web}")
        os.environ["POSTRIDER_SIMULATOR_URL"] = f"http://{HOST}:{self.simulator}"
        os.environ["POSTRIDER_SIMULATOR_SMTP"] = f"{HOST}:{self.smtp}"


def manage(command: str, *arguments: str) -> Program:
    """A management command as a program named after itself."""
    return python_program(command, "manage.py", command, *arguments)


def web(ports: Ports) -> Program:
    """The web server: one process with blocking threads, since Django's views are synchronous."""
    options = {
        "--interface": "wsgi",
        "--host": HOST,
        "--port": str(ports.web),
        "--workers": "1",
        "--blocking-threads": _WEB_THREADS,
        "--workers-kill-timeout": "10",
        "--log-level": "warning",
    }
    words = [word for option in options.items() for word in option]
    return python_program("web", "-m", "granian", *words, "--no-ws", "config.wsgi:application")


def simulator(ports: Ports, directory: Path) -> Program:
    """The provider simulator, with its journal in `directory`."""
    listen = ("--port", str(ports.simulator), "--smtp-port", str(ports.smtp))
    return manage("simulator", *listen, "--directory", str(directory / "simulator"))


def workers(streams: str) -> Program:
    """The workers of `streams` (comma-separated; empty means all) and the sweeper."""
    return manage("workers", *(["--streams", streams] if streams else []))
