"""What does a person see and change on the preference page? The page's words turned into choices, and back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from config.queues import Stream
from preferences import choices
from preferences.eligibility import Ask, may_send
from preferences.facts import Facts, facts_of
from preferences.models import Choice, Contact, Topic

SOURCE = "preference page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A topic and whether its mail reaches the person, pauses and suppressions aside."""

    topic: Topic
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the preference page shows."""

    switches: list[Switch]
    is_everything_off: bool
    is_suppressed: bool
    paused_until: datetime | None


def read_page(contact: Contact, *, at: datetime) -> Page:
    """The contact's present wishes, judged by the rules that decide every mail."""
    facts = facts_of(contact)
    listed = Topic.objects.filter(is_listed=True)
    return Page(
        switches=[Switch(topic=topic, is_on=_reaches(facts, topic, at=at)) for topic in listed],
        is_everything_off=facts.choices.get(("", "", "")) == Choice.Frequency.NEVER,
        is_suppressed=bool(facts.suppressions),
        paused_until=facts.paused_until if facts.paused_until and facts.paused_until > at else None,
    )


@transaction.atomic
def save_switches(contact: Contact, wanted: Collection[str], *, at: datetime) -> int:
    """Turn the listed topics on whose keys are in `wanted`, the others off; return how many changed."""
    changed = [switch for switch in read_page(contact, at=at).switches if (switch.topic.key in wanted) != switch.is_on]
    for switch in changed:
        change = choices.unsubscribe if switch.is_on else choices.resubscribe
        change(contact, topic=switch.topic, source=SOURCE)
    return len(changed)


def pause_for(contact: Contact, days: int | None, *, at: datetime) -> None:
    """Hold refusable mail for so many days, or (None) stop holding it."""
    choices.pause_until(contact, at + timedelta(days=days) if days else None)


def mask_address(address: str) -> str:
    """a***@example.com: enough to know one's own address by, too little to learn another's."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}" if local else ""


def _reaches(facts: Facts, topic: Topic, *, at: datetime) -> bool:
    wishes_only = replace(facts, suppressions={}, paused_until=None, is_unconfirmed=False, engaged_since=None)
    ask = Ask(stream=Stream.MARKETING, topic_key=topic.key, is_topic_default_on=topic.is_default_on)
    return may_send(wishes_only, ask, at=at).allowed
