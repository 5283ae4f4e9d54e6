"""What does `manage.py ready_segments` do? It makes the segments that everybody begins with."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from campaigns.segments.ready_made import make_ready_made


class Command(BaseCommand):
    help = "Make the ready-made segments that are not there. One that you renamed or changed is left alone."

    def handle(self, **options: Any) -> None:
        made = make_ready_made()
        self.stdout.write(f"made: {', '.join(one.name for one in made)}" if made else "they are all there")
