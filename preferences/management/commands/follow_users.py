"""How do contacts get into step with users that were there before, or were changed without a signal?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from preferences.users import follow_all_users, read_mapping


class Command(BaseCommand):
    help = "Brings every user's contact into step, as POSTRIDER_USER_FIELDS says."

    def handle(self, **options: Any) -> None:
        if not read_mapping():
            raise CommandError("POSTRIDER_USER_FIELDS is empty: say first which fields go where.")
        done = 0
        for number in follow_all_users():
            done += number
            self.stdout.write(f"{done:,} users")
