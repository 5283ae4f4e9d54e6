"""How does a person's data leave by a shell? As JSON, on standard output or in a file."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from preferences.contacts import NoSuchContact
from preferences.naming import find_contact
from preferences.portability import collect_personal_data


class Command(BaseCommand):
    help = "Write all that is stored about a person, as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("contact", help="An address, or a contact's id.")
        parser.add_argument("--to", help="A file, readable by its owner only; without it, standard output.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            contact = find_contact(options["contact"])
        except NoSuchContact as missing:
            raise CommandError(str(missing)) from None
        text = json.dumps(collect_personal_data(contact), cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
        if not options["to"]:
            self.stdout.write(text)
            return
        file = Path(options["to"])
        file.touch(mode=0o600, exist_ok=False)
        file.write_text(text, encoding="utf-8")
