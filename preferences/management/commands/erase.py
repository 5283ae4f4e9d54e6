"""How is a person erased from a shell? By address or by the contact's id."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from preferences.contacts import NoSuchContact
from preferences.erasing import erase_stored
from preferences.erasure import erase_contact
from preferences.holdings import count_holdings
from preferences.naming import find_contact

_MOST_BATCHES = 1_000


class Command(BaseCommand):
    help = "Erase a person for good: mail ends at once, and all that is stored about them goes. Says what, and asks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("contact", help="An address, or a contact's id.")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            contact = find_contact(options["contact"])
        except NoSuchContact as missing:
            raise CommandError(str(missing)) from None
        for title, number in count_holdings(contact.pk):
            self.stdout.write(f"{number:>10,}  {title}")
        if not options["yes"] and input(f"Erase contact {contact.pk}? Type its number: ") != str(contact.pk):
            raise CommandError("Nothing was erased.")
        is_new = erase_contact(contact, source="command")
        erase_stored(contact.pk, most=_MOST_BATCHES)
        self.stdout.write(f"Contact {contact.pk} {'is erased' if is_new else 'was erased before'}.")
