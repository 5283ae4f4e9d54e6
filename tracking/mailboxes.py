"""What follows from bounces and complaints for the mailbox they are about? It is suppressed, or counted.

The end is the same whatever the order of the reports, and however they are spread over batches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from django.db.models import Min

from config import clock
from preferences.choices import unsubscribe
from preferences.models import Contact, Suppression, Topic
from preferences.suppression import suppress
from tracking.bounces import SOFT_BOUNCE_WINDOW, SOFT_BOUNCES_BEFORE_SUPPRESSION, keeps_bouncing
from tracking.models import Message, MessageEvent

Kind = MessageEvent.Kind
Reason: TypeAlias = Suppression.Reason
Scope: TypeAlias = Suppression.Scope

_SENTENCES: dict[str, tuple[Reason, Scope]] = {
    Kind.BOUNCED: (Reason.HARD_BOUNCE, Scope.ALL),
    Kind.COMPLAINED: (Reason.COMPLAINT, Scope.MARKETING),
}


def follow_mail_reports(events: Sequence[MessageEvent], contact_of: Mapping[UUID, int]) -> None:
    """Stop mailing mailboxes that do not exist, keep bouncing, or complain. Takes contact locks in id order.

    The events are stored already, so that soft bounces of one batch count with each other.
    """
    sentences: dict[int, dict[Scope, tuple[Reason, str]]] = {}
    for event in events:
        if event.kind in _SENTENCES:
            reason, scope = _SENTENCES[event.kind]
            sentences.setdefault(contact_of[event.message_id], {}).setdefault(scope, (reason, _evidence(event)))
    for contact_id, count in _soft_bouncers(events, contact_of).items():
        evidence = f"{count} mails bounced for now within {SOFT_BOUNCE_WINDOW.days} days"
        sentences.setdefault(contact_id, {}).setdefault(Scope.ALL, (Reason.SOFT_BOUNCES, evidence))
    for contact in Contact.objects.filter(pk__in=sentences, erased_at=None).order_by("pk"):
        for scope, (reason, evidence) in sorted(sentences[contact.pk].items()):
            suppress(contact, reason=reason, scope=scope, detail=evidence)
    _follow_unsubscribes([event for event in events if event.kind == Kind.UNSUBSCRIBED and event.provider])


def _follow_unsubscribes(events: Sequence[MessageEvent]) -> None:
    """Who left by a provider's own link left here, too: the mail's topic, else everything. Later wishes stand."""
    mails = Message.objects.select_related("contact").in_bulk([event.message_id for event in events])
    for event in sorted(events, key=lambda one: mails[one.message_id].contact_id):
        mail = mails[event.message_id]
        topic = Topic.objects.filter(key=mail.topic_key).first() if mail.topic_key else None
        later = mail.contact.choices.filter(topic=topic, type_key="", channel="", updated_at__gte=event.occurred_at)
        if mail.contact.erased_at is None and not later.exists():
            unsubscribe(mail.contact, topic=topic, source=f"unsubscribed at {event.provider}")


def count_soft_bounces(contact_id: int) -> str:
    """How many mails to somebody bounced for now lately, in words for staff."""
    count = len(_soft_bounces([contact_id], since=clock.now() - SOFT_BOUNCE_WINDOW).get(contact_id, ()))
    return f"{count} in the last {SOFT_BOUNCE_WINDOW.days} days; {SOFT_BOUNCES_BEFORE_SUPPRESSION} end all mail"


def _soft_bouncers(events: Iterable[MessageEvent], contact_of: Mapping[UUID, int]) -> dict[int, int]:
    """Contact id -> bounces that counted, of those whose mailbox keeps bouncing."""
    told = {event: contact_of[event.message_id] for event in events if event.kind == Kind.SOFT_BOUNCED}
    if not told:
        return {}
    since = min(event.occurred_at for event in told) - SOFT_BOUNCE_WINDOW
    known = _soft_bounces(sorted(set(told.values())), since=since)
    return {contact_id: len(times) for contact_id, times in known.items() if keeps_bouncing(times)}


def _soft_bounces(contact_ids: Sequence[int], *, since: datetime) -> dict[int, list[datetime]]:
    """When mails to each of them bounced for now: each mail once, and only since a suppression was last lifted."""
    lifted = dict(
        Suppression.objects.filter(contact__in=contact_ids, scope=Scope.ALL, lifted_at__isnull=False)
        .order_by("lifted_at")
        .values_list("contact_id", "lifted_at")
    )
    rows = (
        MessageEvent.objects.filter(message__contact__in=contact_ids, message__channel="email")
        .filter(kind=Kind.SOFT_BOUNCED, occurred_at__gt=since)
        .order_by()
        .values_list("message__contact_id", "message_id")
        .annotate(first=Min("occurred_at"))
        .values_list("message__contact_id", "first")
    )
    times: dict[int, list[datetime]] = {}
    for contact_id, at in rows:
        if contact_id not in lifted or at > lifted[contact_id]:
            times.setdefault(contact_id, []).append(at)
    return times


def _evidence(event: MessageEvent) -> str:
    return f"message {event.message_id}, {event.provider or 'own report'}"
