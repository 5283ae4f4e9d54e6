"""What does the smoke test say? One JSON object, for `up --check`, which starts everything that it needs."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from config.smoke import run_check


class Command(BaseCommand):
    help = "Send one event through the running system and print what became of it as JSON."

    def handle(self, **options: Any) -> None:
        try:
            outcome = run_check()
        except Exception as error:  # noqa: BLE001 - whatever it was, it is the reason to print
            self.stdout.write(json.dumps({"reason": f"{type(error).__name__}: {error}"}))
            sys.exit(1)
        self.stdout.write(json.dumps(outcome))
