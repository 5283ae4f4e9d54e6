"""How fast is it here? `manage.py loadtest campaign --recipients 100000 --provider smtp`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.loadtest import (
    campaign,
    campaigns,
    contact_pages,
    digests,
    events,
    exports,
    gate,
    imports,
    latency,
    mixed,
    preferences,
    render,
    seed,
    segments,
    stack,
    webhooks,
)
from config.loadtest.options import Failed, Options, Outcome
from notifications.delivery.providers import provider_kinds

SCENARIOS: dict[str, Callable[[Options], Outcome]] = {
    "events": events.run,
    "campaign": campaign.run,
    "campaigns": campaigns.run,
    "webhooks": webhooks.run,
    "latency": latency.run,
    "mixed": mixed.run,
    "gate": gate.run,
    "digests": digests.run,
    "preferences": preferences.run,
    "render": render.run,
    "seed": seed.run,
    "segments": segments.run,
    "import": imports.run,
    "export": exports.run,
    "contacts": contact_pages.run,
}
_NUMBERS = {
    "events": 2000, "campaign": 10_000, "campaigns": 100_000, "webhooks": 5000, "latency": 200, "mixed": 50_000,
    "gate": 50_000, "digests": 100_000, "preferences": 100_000, "render": 20_000, "seed": 100_000, "segments": 0,
    "import": 100_000, "export": 100_000, "contacts": 100_000,
}  # fmt: skip
_TAKING_ENDPOINT = ("campaign", "campaigns", "latency", "mixed")


class Command(BaseCommand):
    help = "Measure this machine. Starts servers of its own unless DATABASE_URL and REDIS_URL are set."
    requires_system_checks: list[str] = []  # they may ask the database, which is not up yet

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("scenario", choices=SCENARIOS)
        parser.add_argument(
            "--recipients", "--messages", "--contacts", "--rows", type=int, dest="number", help="how many"
        )
        parser.add_argument("--events", type=int, help="how many events; of a seeding beside so many contacts")
        parser.add_argument("--workers", type=int, default=1, help="worker processes of a campaign")
        parser.add_argument("--provider", default="", choices=sorted(provider_kinds()))
        parser.add_argument("--concurrency", type=int, default=32, help="webhooks under way at once")
        parser.add_argument("--endpoint", default="", help="where mail goes: http://host:port or smtp://host:port")
        parser.add_argument(
            "--running", action="store_true", dest="is_running",
            help="workers run before a campaign begins, and it is timed from its first row on",
        )  # fmt: skip
        parser.add_argument(
            "--watched", action="store_true", dest="is_watched",
            help="somebody has the overview and the reports open while a campaign leaves",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", dest="is_json", help="one JSON object as the last line")
        parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)

    def handle(self, **options: Any) -> None:
        if settings.POSTRIDER_ENV == "production":
            raise CommandError("A load test makes up thousands of people: it is not for production.")
        options["provider"] = options["provider"] or ("smtp" if options["endpoint"].startswith("smtp") else "")
        _check_endpoint(options)
        if options["inside"]:
            self._measure(options)
        else:
            self._start_inside(options)

    def _start_inside(self, options: dict[str, Any]) -> None:
        """Run this command again where the servers are: settings are read once a process."""
        directory = settings.POSTRIDER_DATA_DIR / "loadtest"
        try:
            with stack.environment(directory, endpoint=options["endpoint"]) as variables:
                command = [sys.executable, sys.argv[0], *sys.argv[1:], "--inside"]
                code = subprocess.run(command, env=variables, check=False).returncode
        except RuntimeError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            code = 130
        sys.exit(code)

    def _measure(self, options: dict[str, Any]) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("sync_templates", stdout=self.stderr)
        scenario = options["scenario"]
        asked = Options(
            number=options["number"] or (scenario != "seed" and options["events"]) or _NUMBERS[scenario],
            events=options["events"] or 20 * (options["number"] or _NUMBERS[scenario]),
            workers=options["workers"],
            provider=options["provider"],
            concurrency=options["concurrency"],
            has_journal=not options["endpoint"],
            is_running=options["is_running"],
            is_watched=options["is_watched"],
        )
        try:
            outcome = {"scenario": scenario, **_run(scenario, asked)}
        except Failed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(outcome) if options["is_json"] else _as_text(outcome))


def _run(scenario: str, asked: Options) -> Outcome:
    if scenario in _TAKING_ENDPOINT and asked.has_journal:
        with stack.running_simulator():
            return SCENARIOS[scenario](asked)
    return SCENARIOS[scenario](asked)


def _check_endpoint(options: dict[str, Any]) -> None:
    endpoint, is_smtp = options["endpoint"], options["endpoint"].startswith("smtp://")
    if endpoint and options["scenario"] not in _TAKING_ENDPOINT:
        raise CommandError(f"--endpoint is for {' and '.join(_TAKING_ENDPOINT)}: the others hand nothing over.")
    if endpoint and not endpoint.startswith(("http://", "smtp://")):
        raise CommandError("--endpoint must be http://host:port or smtp://host:port.")
    if endpoint and is_smtp != (options["provider"] == "smtp"):
        raise CommandError("--endpoint smtp://… goes with --provider smtp, http://… with the others.")


def _as_text(outcome: Outcome) -> str:
    return "\n".join(f"{name:<22}{value}" for name, value in outcome.items())
