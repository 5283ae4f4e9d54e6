"""How does a person turn mail off and on? The only writer of choices and pauses; with `terms`, which it passes on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from preferences.consent import record_consent
from preferences.facts import lock_contact
from preferences.models import Choice, ConsentRecord, Contact, Topic
from preferences.offered import offered_types
from preferences.signals import resubscribed, unsubscribed
from preferences.terms import set_language, set_most_a_week, set_phone, set_quiet_hours, set_time_zone

__all__ = [
    "Wish",
    "choose",
    "explain_leaving",
    "pause_until",
    "reopen_channel",
    "resubscribe",
    "set_language",
    "set_most_a_week",
    "set_phone",
    "set_quiet_hours",
    "set_time_zone",
    "unsubscribe",
]

_NEVER = Choice.Frequency.NEVER
_IMMEDIATE = Choice.Frequency.IMMEDIATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A choice as it stood before an unsubscribe, for the undo."""

    type_key: str
    topic_id: int | None
    channel: str
    frequency: str


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
    ip: str | None = None,
    is_on_record: bool = False,
) -> Sequence[Wish] | None:
    """Record a wish about a type, a topic or (neither given) everything, on a channel or ("") any.

    Takes the contact's lock first. A refusal outweighs the narrower wishes that were expressed before it: those go.
    Those by a channel that is refused as a whole rest, until `reopen_channel`.
    Returns the wishes that it took the place of, or None where it was just so before.
    `is_on_record` says that the caller has written the ledger, with the wording that was read.
    """
    lock_contact(contact.pk)
    about: dict[str, Any] = {"topic": topic, "type_key": type_key, "channel": channel}
    before = contact.choices.filter(**about).values_list("frequency", flat=True).first()
    if channel and (topic or type_key) and frequency != _NEVER:
        _end_refusal(contact, channel)
    is_of_channel = bool(channel) and topic is None and not type_key  # what went by it before is kept for its return
    replaced = _overrule(contact, topic, type_key, channel) if frequency == _NEVER and not is_of_channel else []
    if before is not None and before != frequency:
        replaced.append(
            _wish(topic_id=topic.pk if topic else None, type_key=type_key, channel=channel, frequency=before)
        )
    Choice.objects.update_or_create(
        contact=contact, **about, defaults={"frequency": frequency, "source": source[:64], "updated_at": Now()}
    )
    is_of_topic = not type_key and not channel
    if is_of_topic and not is_on_record and (before is None or (before == _NEVER) != (frequency == _NEVER)):
        action = ConsentRecord.Action.WITHDRAWN if frequency == _NEVER else ConsentRecord.Action.GRANTED
        record_consent(contact, action, topic=topic, source=source, ip=ip)
    announce = unsubscribed if frequency == _NEVER else resubscribed
    announce.send(sender=Choice, contact=contact, topic=topic, type_key=type_key, message_id=message_id, reason="")
    return None if before == frequency and not replaced else replaced


def unsubscribe(
    contact: Contact,
    *,
    topic: Topic | None,
    source: str,
    message_id: UUID | None = None,
    ip: str | None = None,
) -> Sequence[Wish] | None:
    """No more mail about `topic`, or about anything a person may refuse when it is None. Returns as `choose`."""
    return choose(contact, _NEVER, topic=topic, source=source, message_id=message_id, ip=ip)


@transaction.atomic
def resubscribe(
    contact: Contact,
    *,
    topic: Topic | None,
    source: str,
    message_id: UUID | None = None,
    before: Iterable[Wish] | None = None,
    ip: str | None = None,
) -> None:
    """Undo an unsubscribe: as it was `before` where that is known.

    Otherwise a topic counts as asked for; from everything, the refusal goes, but nothing is asked for that was not.
    """
    if topic is not None and before is None:
        choose(contact, _IMMEDIATE, topic=topic, source=source, message_id=message_id, ip=ip)
        return
    lock_contact(contact.pk)
    refusal = contact.choices.filter(topic=topic, type_key="", **({} if before is None else {"channel": ""}))
    if refusal.delete()[0]:
        record_consent(contact, ConsentRecord.Action.GRANTED, topic=topic, source=source, ip=ip)
    _restore(contact, before or (), source=source)
    resubscribed.send(sender=Choice, contact=contact, topic=topic, type_key="", message_id=message_id, reason="")


@transaction.atomic
def reopen_channel(contact: Contact, channel: str) -> bool:
    """Take back the refusal of a whole channel, if there is one: what went by it before does again, no more."""
    lock_contact(contact.pk)
    if not _refusals_of(contact, channel).delete()[0]:
        return False
    resubscribed.send(sender=Choice, contact=contact, topic=None, type_key="", message_id=None, reason="")
    return True


@transaction.atomic
def explain_leaving(contact: Contact, *, topic: Topic | None, reason: str, message_id: UUID | None = None) -> None:
    """Note why somebody left, on the choice and on the mail it came from. Without an unsubscribe nothing happens."""
    lock_contact(contact.pk)
    refusal = contact.choices.filter(topic=topic, type_key="", channel="", frequency=_NEVER)
    if refusal.update(source=f"unsubscribe link: {reason}"[:64]):
        unsubscribed.send(
            sender=Choice, contact=contact, topic=topic, type_key="", message_id=message_id, reason=reason
        )


@transaction.atomic
def pause_until(contact: Contact, until: datetime | None) -> None:
    """Hold all refusable mail until a time, or (None) stop holding it."""
    lock_contact(contact.pk)
    Contact.objects.filter(pk=contact.pk).update(paused_until=until)


def _end_refusal(contact: Contact, channel: str) -> None:
    """A new wish by a channel that was refused as a whole: that one alone counts, what was wished before it is over."""
    if _refusals_of(contact, channel).delete()[0]:
        _narrower(contact, None, "", channel).exclude(frequency=_NEVER).delete()


def _refusals_of(contact: Contact, channel: str) -> QuerySet[Choice]:
    return contact.choices.filter(topic=None, type_key="", channel=channel, frequency=_NEVER)


def _overrule(contact: Contact, topic: Topic | None, type_key: str, channel: str) -> list[Wish]:
    """Take away the narrower wishes that a refusal is about, and return them."""
    overruled = _narrower(contact, topic, type_key, channel).exclude(frequency=_NEVER)
    wishes = [_wish(**row) for row in overruled.values("type_key", "topic_id", "channel", "frequency")]
    if wishes:
        overruled.delete()
    return wishes


def _narrower(contact: Contact, topic: Topic | None, type_key: str, channel: str) -> QuerySet[Choice]:
    rows = contact.choices.filter(channel=channel) if channel else contact.choices.all()
    if type_key:
        return rows.none()  # a type's other channel is asked for in its own right
    if topic is None:
        return rows.exclude(topic=None, type_key="", channel=channel)
    kinds = [kind.key for kind in offered_types() if kind.topic_key == topic.key]
    return rows.filter(Q(type_key__in=kinds) | Q(topic=topic)).exclude(topic=topic, type_key="", channel=channel)


def _restore(contact: Contact, wishes: Iterable[Wish], *, source: str) -> None:
    topics = set(Topic.objects.filter(pk__in=[wish.topic_id for wish in wishes]).values_list("pk", flat=True))
    Choice.objects.bulk_create(
        [
            Choice(
                contact=contact, topic_id=wish.topic_id, type_key=wish.type_key, channel=wish.channel,
                frequency=wish.frequency, source=source[:64],
            )
            for wish in wishes
            if wish.topic_id is None or wish.topic_id in topics
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _wish(*, type_key: str, topic_id: int | None, channel: str, frequency: str) -> Wish:
    return Wish(type_key=type_key, topic_id=topic_id, channel=channel, frequency=frequency)
