"""A backup was restored: what now? This, before any worker starts, so that nothing is sent a second time."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from config.queues import STREAMS
from notifications.delivery.restore import distrust_waiting
from notifications.routing.router import route_waiting


class Command(BaseCommand):
    help = "After restoring a backup: mark what it shows as unsent, but may have been sent since, as unknown."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--restored-to", required=True, help="time of the backup, as in 2026-11-22T10:00:00Z")

    def handle(self, *, restored_to: str, **options: Any) -> None:
        point = _read_time(restored_to)
        for stream in STREAMS:  # the mails of events that were not routed yet may have been sent, too
            while route_waiting(stream):
                pass
        count = distrust_waiting(point)
        self.stdout.write(f"{count} mails are unknown now; they are sent again only by hand. Workers may start.")


def _read_time(text: str) -> Any:
    try:
        point = parse_datetime(text)
    except ValueError:
        point = None
    if point is None or point.tzinfo is None:
        raise CommandError("Give the time with its zone, as in 2026-11-22T10:00:00Z.")
    return point
