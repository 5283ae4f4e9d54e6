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

        parser.add_argument(
            "--reclaim", nargs="+", default=[], metavar="KEY", help="send the files of these again, not the console's"
        )

    def handle(self, *args: Any, check: bool, reclaim: list[str], **options: Any) -> None:
        report = sync_templates(is_check=check, reclaim=reclaim)
        for ref in report.changed:
            self.stdout.write(f"would publish {ref}" if check else f"published {ref}")
        for label in report.withdrawn:
            self.stdout.write(f"would withdraw {label}" if check else f"withdrew {label}")
        for reason in report.held:
            self.stdout.write(self.style.WARNING(f"differs: {reason}"))
        for finding in report.warnings:
            self.stderr.write(self.style.WARNING(f"warning: {finding}"))
        for finding in report.findings:
            self.stderr.write(self.style.ERROR(str(finding)))
        held = f", {len(report.held)} held" if report.held else ""
        self.stdout.write(f"{len(report.changed)} changed, {len(report.unchanged)} unchanged{held}")
        if report.findings:
            raise CommandError(f"{len(report.findings)} faults; the last good versions stay published")
