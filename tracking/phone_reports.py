"""What follows from what networks report of text messages? Nothing for e-mail, whose mailbox is another matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from preferences.choices import choose
from preferences.models import Choice, Contact
from preferences.numbers import digest_number, suppress_number
from tracking.models import MessageEvent

Kind = MessageEvent.Kind

#: Where a report keeps the digest of the number that it is about (hexadecimal): the person may have another by now.
DIGEST = "number_digest"


def follow_phone_reports(events: Sequence[MessageEvent], contact_of: Mapping[UUID, int]) -> None:
    """Stop texting numbers that are dead, and people who said STOP by the number that they still have.

    Takes contact locks in id order. Reports of a plug-in's channel name no number: it follows them by itself.
    """
    telling = [event for event in events if event.kind in {Kind.BOUNCED, Kind.UNSUBSCRIBED}]
    people = Contact.objects.filter(erased_at=None).in_bulk([contact_of[event.message_id] for event in telling])
    for event in sorted(telling, key=lambda one: contact_of[one.message_id]):
        person = people.get(contact_of[event.message_id])
        digest = bytes.fromhex(event.detail.get(DIGEST, ""))
        if person is None or not digest:
            continue
        if event.kind == Kind.BOUNCED:
            detail = f"message {event.message_id}, {event.provider or 'own report'}"
            suppress_number(digest, contact=person, detail=detail)
        elif digest == digest_number(person.phone):
            choose(person, Choice.Frequency.NEVER, channel="sms", source="text message: STOP")
