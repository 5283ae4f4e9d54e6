"""What is wrong here, and how is it mended? `manage.py doctor`, for people, probes and tickets."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.doctor.examination import examine
from config.doctor.telling import tell


class Command(BaseCommand):
    help = "Say what is wrong with this installation and how to mend it. Exit code 1 when something is broken."
    requires_system_checks: list[str] = []  # their faults are findings

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", dest="is_json", help="one JSON object")

    def handle(self, *, is_json: bool, **options: Any) -> None:
        report = examine()
        if is_json:
            findings = [finding.as_json() for finding in report.findings]
            self.stdout.write(json.dumps({"is_broken": report.is_broken, "findings": findings}, ensure_ascii=False))
        else:
            self.stdout.write(tell(report))
        if report.is_broken:
            sys.exit(1)
