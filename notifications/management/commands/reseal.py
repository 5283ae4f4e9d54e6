"""Seals every stored secret with the newest key of POSTRIDER_VAULT_KEYS, so that older keys can be dropped."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications.resealing import reseal_everything


class Command(BaseCommand):
    """Says how many values of each column it changed; fails when some can be opened by no listed key."""

    help = "Seal all stored secrets with the newest vault key; then older keys can be dropped."

    def handle(self, *args: Any, **options: Any) -> None:
        changed = unreadable = 0
        for column in reseal_everything():
            changed += column.changed
            unreadable += column.unreadable
            self.stdout.write(
                f"{column.column}: {column.changed} sealed anew, {column.current} had the newest key already"
                + (f", {column.unreadable} CANNOT BE OPENED" if column.unreadable else "")
            )
        self.stdout.write(f"{changed} secrets were sealed anew.")
        if unreadable:
            raise CommandError(
                f"{unreadable} secrets were sealed with a key that is not in POSTRIDER_VAULT_KEYS: add the old key"
                " back behind the newest one, and run this again."
            )
