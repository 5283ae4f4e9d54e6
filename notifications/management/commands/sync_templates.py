"""manage.py sync_templates: are the templates in code the ones that are sent?"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications.compose.sync import sync_templates


class Command(BaseCommand):
    help = "Publish a new version of every template file that changed. Faulty files are named with line and reason."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say what would change")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        report = sync_templates(is_check=check)
        for ref in report.changed:
            self.stdout.write(f"would publish {ref}" if check else f"published {ref}")
        for finding in report.warnings:
            self.stderr.write(self.style.WARNING(f"warning: {finding}"))
        for finding in report.findings:
            self.stderr.write(self.style.ERROR(str(finding)))
        self.stdout.write(f"{len(report.changed)} changed, {len(report.unchanged)} unchanged")
        if report.findings:
            raise CommandError(f"{len(report.findings)} faults; the last good versions stay published")
