"""Why did, or didn't, this event become mail? Printed as sentences, step by step."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localtime

from notifications.event_story import Chapter, tell_chapters
from tracking.models import Event, Message


class Command(BaseCommand):
    help = "Tell what became of an event, and why, step by step. Takes an event's id, or that of a mail it caused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", help="An event's id, or a message's.")

    def handle(self, *args: Any, **options: Any) -> None:
        event = _find(options["id"])
        who = f"contact {event.contact_id}" if event.contact_id else "nobody who could be told"
        self.stdout.write(f"{event.name} for {who}, received {localtime(event.received_at):%d %b %Y %H:%M:%S}")
        for chapter in tell_chapters(event):
            self._write(chapter)

    def _write(self, chapter: Chapter) -> None:
        if chapter.title:
            mail = f", message {chapter.message_id}" if chapter.message_id else ""
            self.stdout.write(f"\n{chapter.title} ({chapter.channel}{mail})")
        for step in chapter.steps:
            mark = "✗" if step.is_stop else "·"
            self.stdout.write(f"  {mark} {step.name:<12} {step.sentence}")


def _find(text: str) -> Event:
    try:
        identifier = UUID(text)
    except ValueError:
        raise CommandError(f"{text!r} is no id. The console shows an event's id on its page.") from None
    event = Event.objects.filter(pk=identifier).first()
    if event is not None:
        return event
    message = Message.objects.select_related("event").filter(pk=identifier).first()
    if message is None:
        raise CommandError(f"No event and no mail has the id {identifier}; old events may have been deleted.")
    if message.event is None:
        raise CommandError(f"That mail was caused by no event, but by {message.source}; see its page in the console.")
    return message.event
