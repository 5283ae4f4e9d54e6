"""How does everything start with one command? `scripts/up`: servers, migrations, web, workers, simulator."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import programs
from config.embedded import run_servers
from config.ports import ensure_free, find_free_ports, is_answering
from config.programs import Ports
from config.supervisor import Finished, Program, Supervisor, describe_exit

_ANSWER_SECONDS = 60


class Command(BaseCommand):
    help = "Start everything on this machine and keep it running until Ctrl-C."
    requires_system_checks: list[str] = []  # they may ask the database, which is not up yet

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="fill the demo shop: contacts, templates, history")
        parser.add_argument("--check", action="store_true", help="send one mail all the way on free ports, and stop")
        parser.add_argument("--port", type=int, default=8000, help="of the web server (8000)")
        parser.add_argument("--simulator-port", type=int, default=8025, help="of the provider simulator (8025)")
        parser.add_argument("--smtp-port", type=int, default=8026, help="of the simulator's SMTP server (8026)")
        parser.add_argument("--streams", default="", help="start workers for these only, e.g. critical,transactional")

    def handle(self, **options: Any) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a shell may have us ignore SIGINT
            signal.signal(number, signal.default_int_handler)  # all three ways to stop take one path
        os.chdir(settings.BASE_DIR)
        if options["check"]:
            self._check(options)
        else:
            self._serve(options)

    def _serve(self, options: dict[str, Any]) -> None:
        ports = Ports(web=options["port"], simulator=options["simulator_port"], smtp=options["smtp_port"])
        try:
            ensure_free(ports.web, purpose="web", option="--port")
            ensure_free(ports.simulator, purpose="provider simulator", option="--simulator-port")
            ensure_free(ports.smtp, purpose="simulator's SMTP", option="--smtp-port")
            with _running(ports, settings.POSTRIDER_DATA_DIR, options, out=sys.stdout) as supervisor:
                supervisor.watch(until=lambda: False)
        except KeyboardInterrupt:
            return
        except RuntimeError as error:
            raise CommandError(str(error)) from error

    def _check(self, options: dict[str, Any]) -> None:
        """Print one JSON object as the last line of standard output; everything else goes to standard error."""
        try:
            outcome, code = _run_smoke_test(options)
        except (RuntimeError, KeyboardInterrupt) as error:
            outcome, code = json.dumps({"reason": str(error) or "interrupted"}), 1
        print(outcome)
        sys.exit(code)


def _run_smoke_test(options: dict[str, Any]) -> tuple[str, int]:
    for outside in ("DATABASE_URL", "REDIS_URL", "POSTRIDER_PUBLIC_URL", "POSTRIDER_ALLOW_REAL_PROVIDERS"):
        os.environ.pop(outside, None)  # a check never touches what somebody works with
    directory = settings.POSTRIDER_DATA_DIR / "check"
    os.environ["POSTRIDER_DATA_DIR"] = str(directory)
    web, simulator, smtp = find_free_ports(3)
    with _running(Ports(web=web, simulator=simulator, smtp=smtp), directory, options, out=sys.stderr) as supervisor:
        finished = supervisor.run(programs.manage("smoke"))
    return finished.last_line or json.dumps({"reason": _explain("smoke", finished)}), finished.code


@contextmanager
def _running(ports: Ports, directory: Path, options: dict[str, Any], *, out: Any) -> Iterator[Supervisor]:
    """Everything started and answering; stopped again at the end of the block, the servers last."""
    unset = [name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)]
    supervisor = Supervisor(out)
    ports.set_addresses()
    with run_servers(directory, only=unset) as addresses:
        os.environ.update(addresses)
        try:
            login = _prepare(supervisor, is_demo=options["demo"])
            services = [
                programs.simulator(ports, directory),
                programs.web(ports),
                programs.workers(options["streams"]),
            ]
            supervisor.keep(services)
            _await_answers(supervisor, {"web": ports.web, "simulator": ports.simulator})
            if settings.POSTRIDER_ENV == "development":
                _run_step(supervisor, programs.manage("simulated_providers"))
            _greet(supervisor, ports, login)
            yield supervisor
        finally:
            supervisor.say("stopping …")
            supervisor.stop()


def _prepare(supervisor: Supervisor, *, is_demo: bool) -> str:
    """Bring database and templates up to date; return how to log in."""
    _run_step(supervisor, programs.manage("migrate", "--no-input", "--verbosity=0"))
    if "sync_templates" in get_commands():
        _run_step(supervisor, programs.manage("sync_templates"))
    if is_demo:
        return _run_step(supervisor, programs.manage("demo_data")).last_line
    return "an account: .venv/bin/python manage.py createsuperuser"


def _await_answers(supervisor: Supervisor, ports: dict[str, int]) -> None:
    deadline = time.monotonic() + _ANSWER_SECONDS
    supervisor.watch(until=lambda: time.monotonic() > deadline or all(map(is_answering, ports.values())))
    silent = [f"{name} (port {port})" for name, port in ports.items() if not is_answering(port)]
    if silent:
        raise RuntimeError(f"No answer after {_ANSWER_SECONDS} s from {' and '.join(silent)}.")


def _run_step(supervisor: Supervisor, step: Program) -> Finished:
    finished = supervisor.run(step)
    if finished.code:
        raise RuntimeError(_explain(step.name, finished))
    return finished


def _explain(name: str, finished: Finished) -> str:
    return f"{name} failed with {describe_exit(finished.code)}; its lines above say why."


def _greet(supervisor: Supervisor, ports: Ports, login: str) -> None:
    supervisor.say(f"console    {os.environ['POSTRIDER_PUBLIC_URL']}/")
    supervisor.say(f"login      {login}")
    if settings.POSTRIDER_DEMO:
        supervisor.say(f"shop       {os.environ['POSTRIDER_PUBLIC_URL']}/shop/")
    supervisor.say(f"mails      {os.environ['POSTRIDER_SIMULATOR_URL']}/inbox   (SMTP on port {ports.smtp})")
    supervisor.say("Ctrl-C stops everything.")
