"""What did this person get or not get, and why? Events and mails in one order of time, and how it stands now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime

from notifications.catalog import all_types
from notifications.catalog.channels import address_of
from notifications.event_story import nothing_of, title_of, told_digest
from notifications.explanation import explain, in_words, phase_of, sentence_of
from notifications.routing.intake import judge_intake
from notifications.routing.models import DigestItem
from notifications.routing.steps import aside_from_suppressions, ask_about, no_way, usual_channel
from notifications.routing.topics import topic_rule
from preferences.eligibility import may_send
from preferences.facts import Facts, facts_of
from preferences.models import Contact
from tracking.models import Event, Message
from tracking.schemas import find_schema

PAGE_ROWS = 40
_FREQUENCIES = {"daily": "Yes, in a daily digest", "weekly": "Yes, in a weekly digest"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One mail, or a reason why there is none."""

    sentence: str
    title: str = ""
    channel: str = ""
    state: str = ""
    message_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """An event with all that came of it, or a mail that no event caused."""

    id: UUID
    at: datetime
    title: str
    event_id: UUID | None = None
    lines: Sequence[Line] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """Whether the person would get a type by a channel if it were caused now."""

    title: str
    channel: str
    is_allowed: bool
    answer: str


def tell_occasions(contact: Contact, *, before: UUID | None = None) -> tuple[list[Occasion], UUID | None]:
    """One page, newest first, and the id from which the next one goes on. Six queries at most."""
    events = list(_page(Event.objects.filter(contact=contact), before))
    others = list(_page(Message.objects.filter(contact=contact, event=None).select_related("outbox"), before))
    found = sorted([*_of_events(events, contact), *map(_of_mail, others)], key=lambda one: one.id, reverse=True)
    shown = found[:PAGE_ROWS]
    return shown, shown[-1].id if len(found) > PAGE_ROWS else None


def tell_standing(facts: Facts, *, at: datetime) -> list[str]:
    """What holds for all mail to this person, in sentences."""
    found = [_of_suppression(scope, reason) for scope, reason in sorted(facts.suppressions.items())]
    if facts.is_erased:
        found.append("The person was erased: nothing is sent any more.")
    if facts.is_unconfirmed:
        found.append("The address was never confirmed: no news until it is.")
    if facts.paused_until is not None and facts.paused_until > at:
        found.append(f"The person paused news until {_time(facts.paused_until)}.")
    if facts.quiet_from and facts.quiet_until:
        zone = facts.time_zone or "the project's time zone"
        found.append(
            f"The person wants no news between {facts.quiet_from:%H:%M} and {facts.quiet_until:%H:%M} ({zone})."
        )
    if facts.most_a_week is not None:
        found.append(f"The person wants at most {facts.most_a_week} pieces of news in seven days.")
    return found


def _of_suppression(scope: str, reason: str) -> str:
    if scope == "sms":
        return "No text message goes to the phone number: it takes none."
    kept_back = "No marketing mail" if scope == "marketing" else "Nothing"
    return f"{kept_back} goes to the address: {_lower(in_words(f'suppressed_{reason}'))}."


def tell_prospects(contact: Contact, *, at: datetime) -> list[Prospect]:
    """Each declared type and channel, decided as it would be now."""
    facts = facts_of(contact)
    return [_prospect(facts, kind, channel, at=at) for kind in all_types() for channel in kind.channels]


def _prospect(facts: Facts, kind: Any, channel: str, *, at: datetime) -> Prospect:
    topic = topic_rule(kind.topic)
    usual = usual_channel(kind, facts, topic, reaches=lambda one: bool(address_of(one, facts)), at=at)
    ask = ask_about(kind, channel, topic, usual=usual)
    decision = may_send(facts, ask, at=at)
    wish = aside_from_suppressions(facts, ask, decision, at=at)  # as routing does: the person's own word comes first
    decision = decision if wish.allowed else wish
    allowed = decision.allowed and bool(address_of(channel, facts))
    reason = no_way(channel) if decision.allowed else decision.reason
    answer = _FREQUENCIES.get(decision.frequency, "Yes, at once") if allowed else f"No: {_lower(in_words(reason))}"
    return Prospect(title=kind.title(), channel=channel, is_allowed=allowed, answer=answer)


def _page(rows: QuerySet[Any], before: UUID | None) -> QuerySet[Any]:
    return (rows.filter(pk__lt=before) if before else rows).order_by("-pk")[: PAGE_ROWS + 1]


def _of_events(events: Sequence[Event], contact: Contact) -> Iterator[Occasion]:
    lines: dict[UUID | None, list[Line]] = defaultdict(list)
    ids = [event.pk for event in events]
    for message in Message.objects.filter(event__in=ids).select_related("outbox").order_by("id"):
        lines[message.event_id].append(_line(message))
    items = DigestItem.objects.filter(event_id__in=ids, digest__contact=contact).select_related("digest")
    for item in items.order_by("id"):
        digest = item.digest
        lines[item.event_id].append(
            Line(title=title_of(digest.type_key), channel=digest.channel, sentence=told_digest(digest),
                 message_id=digest.message_id)
        )  # fmt: skip
    for event in events:
        yield Occasion(
            id=event.pk, at=event.received_at, title=event.name, event_id=event.pk,
            lines=lines[event.pk] or [_without_mail(event)],
        )  # fmt: skip


def _without_mail(event: Event) -> Line:
    last = judge_intake(event, find_schema(event.name))[-1]
    step = last if last.is_stop else nothing_of(event)
    return Line(sentence=sentence_of(step), state=event.state if event.state != Event.State.ACCEPTED else "")


def _of_mail(message: Message) -> Occasion:
    title = title_of(message.type_key) or message.source
    return Occasion(id=message.pk, at=message.created_at, title=title, lines=[_line(message)])


def _line(message: Message) -> Line:
    phase = phase_of(message)
    return Line(
        title=title_of(message.type_key) or message.source, channel=message.channel, state=phase,
        sentence=explain(message, phase=phase), message_id=message.pk,
    )  # fmt: skip


def _time(at: datetime) -> str:
    return date_format(localtime(at), "j M Y, H:i")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
