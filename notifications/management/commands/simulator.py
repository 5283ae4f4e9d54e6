"""What does `manage.py simulator` do? It stands in for the mail providers until it is stopped."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications.simulator.options import add_arguments, read_options
from notifications.simulator.server import CannotListen, run


class Command(BaseCommand):
    help = "Run the provider simulator: HTTP APIs, SMTP, webhooks, faults and an inbox page."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run(read_options(argparse.Namespace(**options)), announce=self._announce)
        except CannotListen as error:
            raise CommandError(str(error)) from error

    def _announce(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
