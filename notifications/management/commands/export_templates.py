"""manage.py export_templates: how does what was written in the console come into the repository?"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from notifications.compose.export import versions_to_export, write_files
from notifications.compose.sync import EMAILS


class Command(BaseCommand):
    help = "Write the templates that were published in the console as files, to be committed and then reclaimed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("keys", nargs="*", help="of these templates; default: all that were written in the console")
        parser.add_argument("--to", type=Path, help="the folder; default: the project's templates/emails")

    def handle(self, *args: Any, keys: list[str], to: Path | None, **options: Any) -> None:
        folder = to or Path(settings.BASE_DIR) / EMAILS
        versions = list(versions_to_export(keys))
        if missing := sorted(set(keys) - {one.template.key for one in versions}):
            raise CommandError(f"not published in the console: {', '.join(missing)}")
        for version in versions:
            for path in write_files(version, folder):
                self.stdout.write(f"wrote {path}")
        if versions:
            exported = " ".join(sorted({one.template.key for one in versions}))
            self.stdout.write(f"Commit the files, deploy, then run: manage.py sync_templates --reclaim {exported}")
