"""Does it lose or repeat mail when things break? `manage.py chaos --scenario kill --messages 20000 --kills 100`."""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.chaos.environment import surroundings
from config.chaos.outcome import Outcome, add_up, write_line
from config.chaos.registry import SCENARIOS, NoSuchScenario, find_scenarios
from config.chaos.running import run_scenario
from config.chaos.scenario import Asked, Scenario, describe, measure_dose
from config.chaos.servers import running_servers
from config.loadtest.stack import running_simulator
from notifications.delivery.simulated import KINDS

_MOST_SEED = 10**6


class Command(BaseCommand):
    help = "Break servers, workers and providers of its own, and count what became of the mail."
    requires_system_checks: list[str] = []  # they may ask the database, which is not up yet

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--list", action="store_true", dest="is_list", help="say which scenarios there are")
        parser.add_argument("--scenario", default="all", help="a name, several with commas, or all")
        parser.add_argument("--messages", type=int, help="recipients of the campaign")
        parser.add_argument("--kills", type=int, help="how often it strikes; with several scenarios, some strike less")
        parser.add_argument("--seconds", type=float, help="how long an outage lasts")
        parser.add_argument("--seed", type=int, help="settles the moments; printed, so that a run can be repeated")
        parser.add_argument("--provider", default="", choices=["", *KINDS], help="the first provider of the pool")
        parser.add_argument("--workers", type=int, default=2, help="worker processes of the campaign")
        parser.add_argument("--json", action="store_true", dest="is_json", help="one JSON object as the last line")
        parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)

    def handle(self, **options: Any) -> None:
        if options["is_list"]:
            self.stdout.write("\n".join(map(describe, SCENARIOS.values())))
            return
        if settings.POSTRIDER_ENV == "production":
            raise CommandError("Chaos breaks what it runs on: it is not for production.")
        try:
            scenarios = find_scenarios(options["scenario"])
        except NoSuchScenario as error:
            raise CommandError(str(error)) from error
        try:
            code = self._run(scenarios, options) if options["inside"] else self._start_inside(options)
        except RuntimeError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            code = 130
        sys.exit(code)

    def _start_inside(self, options: dict[str, Any]) -> int:
        """Run this command again where the servers will be: settings are read once a process."""
        seed = [] if options["seed"] is not None else ["--seed", str(random.randrange(_MOST_SEED))]  # noqa: S311
        with surroundings(settings.POSTRIDER_DATA_DIR / "chaos") as variables:
            command = [sys.executable, sys.argv[0], *sys.argv[1:], *seed, "--inside"]
            return subprocess.run(command, env=variables, check=False).returncode

    def _run(self, scenarios: Sequence[Scenario], options: dict[str, Any]) -> int:
        """Run the scenarios, say what came out, and return the exit code."""
        asked = Asked(
            messages=options["messages"], kills=options["kills"], seconds=options["seconds"], seed=options["seed"],
            provider=options["provider"], workers=options["workers"], is_alone=len(scenarios) == 1,
        )  # fmt: skip
        outcomes = self._run_each(scenarios, asked)
        total = outcomes[0] if asked.is_alone else add_up(outcomes, seed=asked.seed)
        if options["is_json"]:
            self.stdout.write(json.dumps(total))
        elif not asked.is_alone:
            self.stdout.write(f"{'all kept' if total['is_kept'] else 'BROKEN'}, seed {asked.seed}")
        return 0 if total["is_kept"] else 1

    def _run_each(self, scenarios: Sequence[Scenario], asked: Asked) -> list[Outcome]:
        self._tell(f"seed {asked.seed}")
        outcomes = []
        with running_servers() as (postgres, redis):
            call_command("migrate", verbosity=0, interactive=False)
            call_command("sync_templates", stdout=self.stderr)
            with running_simulator():
                for scenario in scenarios:
                    dose = measure_dose(scenario, asked)
                    say = self._progress(scenario)
                    outcomes.append(run_scenario(scenario, dose, postgres=postgres, redis=redis, say=say))
                    self._tell(write_line(outcomes[-1]))
        return outcomes

    def _tell(self, text: str) -> None:
        """A line for people; on a terminal it takes the place of the progress."""
        self.stderr.write(f"\r\033[K{text}" if self.stderr.isatty() else text)
        self.stderr.flush()

    def _progress(self, scenario: Scenario) -> Any:
        def say(text: str) -> None:
            if self.stderr.isatty():
                self.stderr.write(f"\r\033[K{scenario.name}: {text}", ending="")
                self.stderr.flush()

        return say
