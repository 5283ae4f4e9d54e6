"""How does it stand with one contact: how to call it, what is known, and may we write, by each stream?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from config.queues import Stream
from preferences.attribute_kinds import write_value
from preferences.eligibility import REASONS, Ask, Decision, may_send
from preferences.engagement import name_score, score_at
from preferences.facts import facts_of
from preferences.models import Attribute, Contact, ContactMerge, Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """One word about how it stands, and its colour."""

    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether mail of a stream, or about a topic, may go, and why not."""

    about: str
    allowed: bool
    reason: str


def badges_of(contact: Contact, *, at: datetime) -> list[Badge]:
    """What one must know before anything else."""
    if contact.erased_at and ContactMerge.objects.filter(pk=contact.pk).exists():
        return [Badge(words="merged")]
    if contact.erased_at:
        return [Badge(words="erased", tone="bad")]
    standing = contact.suppressions.filter(lifted_at=None).order_by("pk")
    found = [Badge(words=f"suppressed: {one}", tone="bad") for one in standing]
    if contact.is_unconfirmed:
        found.append(Badge(words="never confirmed", tone="warn"))
    if contact.paused_until and contact.paused_until > at:
        found.append(Badge(words=f"paused until {contact.paused_until:%d %b %Y}", tone="warn"))
    if not contact.is_tracking_allowed:
        found.append(Badge(words="not tracked"))
    name = name_score(score_at(contact.engagement_points, contact.engagement_at, at=at))
    return [*found, Badge(words=name, tone="good" if name == "active" else "")]


def answers_of(contact: Contact, *, at: datetime) -> list[Answer]:
    """May we write? By each stream, and by each topic for marketing mail about it."""
    facts = facts_of(contact)
    streams = [(str(stream.label), Ask(stream=stream.value)) for stream in Stream]
    topics = [
        (f"About “{topic.name}”",
         Ask(stream=Stream.MARKETING, topic_key=topic.key, is_topic_default_on=topic.is_default_on))
        for topic in Topic.objects.all()
    ]  # fmt: skip
    return [_answer(about, may_send(facts, ask, at=at)) for about, ask in (*streams, *topics)]


def _answer(about: str, decision: Decision) -> Answer:
    often = "" if decision.frequency == "immediate" else f", {decision.frequency}"
    return Answer(about=about, allowed=decision.allowed, reason=f"{REASONS[decision.reason]}{often}")


def attributes_of(contact: Contact) -> Sequence[tuple[str, str, bool]]:
    """(name, value as people read it, whether it is defined), the defined ones first."""
    stored = contact.attributes if isinstance(contact.attributes, dict) else {}
    defined = {one.key: one.name for one in Attribute.objects.all()}
    known = [(name, write_value(stored[key]), True) for key, name in defined.items() if stored.get(key) is not None]
    return [*known, *((key, write_value(value), False) for key, value in stored.items() if key not in defined)]
