"""What follows from what networks report of text messages? Nothing for e-mail, whose mailbox is another matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from preferences.choices import choose
from preferences.models import Choice, Contact
from preferences.numbers import suppress_number
from tracking.models import MessageEvent

Kind = MessageEvent.Kind

#: Where a report keeps the digest of the number that it is about (hexadecimal): the person may have another by now.
DIGEST = "number_digest"


def follow_phone_reports(events: Sequence[MessageEvent], contact_of: Mapping[UUID, int]) -> None:
    """Stop texting numbers that are dead, and people who said STOP. Takes contact locks in id order."""
    telling = [event for event in events if event.kind in {Kind.BOUNCED, Kind.UNSUBSCRIBED}]
    people = Contact.objects.filter(erased_at=None).in_bulk([contact_of[event.message_id] for event in telling])
    for event in sorted(telling, key=lambda one: contact_of[one.message_id]):
        person = people.get(contact_of[event.message_id])
        if person is None:
            continue
        if event.kind == Kind.UNSUBSCRIBED:
            choose(person, Choice.Frequency.NEVER, channel="sms", source="text message: STOP")
        elif digest := event.detail.get(DIGEST):
            detail = f"message {event.message_id}, {event.provider or 'own report'}"
            suppress_number(bytes.fromhex(digest), contact=person, detail=detail)
