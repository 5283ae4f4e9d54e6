"""How does a person turn mail off and on? The only writer of choices and pauses."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from preferences.facts import lock_contact
from preferences.models import Choice, Contact, Topic
from preferences.signals import resubscribed, unsubscribed


@transaction.atomic
def choose(
    contact: Contact,
    frequency: Choice.Frequency,
    *,
    topic: Topic | None = None,
    type_key: str = "",
    channel: str = "",
    source: str = "",
    message_id: UUID | None = None,
) -> None:
    """Record a wish about a type, a topic or (neither given) everything. Takes the contact's lock first."""
    lock_contact(contact.pk)
    if topic is None and not type_key and frequency == Choice.Frequency.NEVER:
        # "No more of anything" outweighs what was asked for before, though a more specific wish wins otherwise.
        overruled = contact.choices.filter(channel=channel) if channel else contact.choices.all()
        overruled.exclude(frequency=Choice.Frequency.NEVER).delete()
    Choice.objects.update_or_create(
        contact=contact, topic=topic, type_key=type_key, channel=channel,
        defaults={"frequency": frequency, "source": source, "updated_at": Now()},
    )  # fmt: skip
    announce = unsubscribed if frequency == Choice.Frequency.NEVER else resubscribed
    announce.send(sender=Choice, contact=contact, topic=topic, message_id=message_id)


def unsubscribe(contact: Contact, *, topic: Topic | None, source: str, message_id: UUID | None = None) -> None:
    """No more mail about `topic`, or about anything a person may refuse when it is None."""
    choose(contact, Choice.Frequency.NEVER, topic=topic, source=source, message_id=message_id)


@transaction.atomic
def resubscribe(contact: Contact, *, topic: Topic | None, source: str, message_id: UUID | None = None) -> None:
    """Undo an unsubscribe. From everything: the refusal goes, but nothing counts as asked for that was not."""
    if topic is not None:
        choose(contact, Choice.Frequency.IMMEDIATE, topic=topic, source=source, message_id=message_id)
        return
    lock_contact(contact.pk)
    contact.choices.filter(topic=None, type_key="").delete()
    resubscribed.send(sender=Choice, contact=contact, topic=None, message_id=message_id)


@transaction.atomic
def pause_until(contact: Contact, until: datetime | None) -> None:
    """Hold all refusable mail until a time, or (None) stop holding it."""
    lock_contact(contact.pk)
    Contact.objects.filter(pk=contact.pk).update(paused_until=until)
