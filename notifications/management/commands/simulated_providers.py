"""What does `manage.py simulated_providers` do? It gives a developer's machine accounts at the simulator."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications.delivery.simulated import (
    NotInProduction,
    SimulatorSilent,
    ensure_simulated_providers,
    tell_simulator,
)


class Command(BaseCommand):
    help = "Make a simulated account of every provider kind, put them in the pools, and tell the running simulator."

    def handle(self, **options: Any) -> None:
        try:
            providers = ensure_simulated_providers()
            tell_simulator(providers)
        except (NotInProduction, SimulatorSilent) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(providers)} simulated accounts are known to the simulator")
