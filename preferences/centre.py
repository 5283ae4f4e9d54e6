"""What does a person see on the preference page? Their wishes, judged by the rules that decide every mail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from config.queues import Stream
from preferences.eligibility import Ask, may_send
from preferences.facts import Facts, facts_of
from preferences.kind_words import say
from preferences.models import Choice, Contact, Topic
from preferences.offered import Offered, offered_types

SOURCE = "preference page"
EMAIL = "email"
_NEVER = Choice.Frequency.NEVER.value
_IMMEDIATE = Choice.Frequency.IMMEDIATE.value
_IN_DIGESTS = frozenset({Choice.Frequency.DAILY.value, Choice.Frequency.WEEKLY.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A second channel of a kind of mail, such as text messages."""

    channel: str
    label: str
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A topic or a kind of mail, and how often it reaches the person, pauses and suppressions aside."""

    key: str
    name: str
    description: str
    frequency: str
    has_digest: bool = False
    legal_basis: str = ""
    ways: tuple[Way, ...] = ()
    kinds: tuple[Row, ...] = ()  # of a topic with more than one

    @property
    def is_on(self) -> bool:
        """Whether it comes at all."""
        return self.frequency != _NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the preference page shows."""

    topics: tuple[Row, ...]
    others: tuple[Row, ...]  # kinds that belong to no topic
    always: tuple[Row, ...]  # kinds that cannot be refused
    offers_text_messages: bool
    has_phone: bool
    is_everything_off: bool
    is_suppressed: bool
    paused_until: datetime | None


def read_page(contact: Contact, language: str, *, at: datetime) -> Page:
    """The contact's present wishes, in four queries however many topics and kinds there are."""
    facts = facts_of(contact)
    wishes = replace(facts, suppressions={}, paused_until=None, is_unconfirmed=False, engaged_since=None)
    kinds = offered_types()
    refusable = [kind for kind in kinds if not kind.is_always_on]
    return Page(
        topics=tuple(_topic_row(wishes, topic, refusable, language, at=at) for topic in listed_topics()),
        others=tuple(_kind_row(wishes, kind, None, at=at) for kind in refusable if not kind.topic_key),
        always=tuple(_kind_row(wishes, kind, None, at=at) for kind in kinds if kind.is_always_on),
        offers_text_messages=any("sms" in kind.channels for kind in kinds),
        has_phone=bool(contact.phone),
        is_everything_off=facts.choices.get(("", "", "")) == _NEVER,
        is_suppressed=bool(facts.suppressions.keys() & {"all", "marketing"}),
        paused_until=facts.paused_until if facts.paused_until and facts.paused_until > at else None,
    )


def listed_topics() -> Iterable[Topic]:
    """The topics that people may choose, in their order."""
    return Topic.objects.filter(is_listed=True)


def mask_address(address: str) -> str:
    """a***@example.com: enough to know one's own address by, too little to learn another's."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}" if local else ""


def _topic_row(facts: Facts, topic: Topic, refusable: list[Offered], language: str, *, at: datetime) -> Row:
    kinds = [kind for kind in refusable if kind.topic_key == topic.key]
    rows = tuple(_kind_row(facts, kind, topic, at=at) for kind in kinds)
    has_digest = any(kind.has_digest for kind in kinds)
    ask = Ask(stream=Stream.MARKETING, topic_key=topic.key, is_topic_default_on=topic.is_default_on)
    return Row(
        key=topic.key, name=topic.name_in(language), description=topic.description_in(language),
        frequency=_frequency(facts, ask, has_digest=has_digest, at=at), has_digest=has_digest,
        kinds=rows if len(rows) > 1 or any(row.ways for row in rows) else (),
    )  # fmt: skip


def _kind_row(facts: Facts, kind: Offered, topic: Topic | None, *, at: datetime) -> Row:
    ask = Ask(
        stream=kind.stream, type_key=kind.key, topic_key=kind.topic_key, is_required=kind.is_required,
        is_topic_default_on=topic is None or topic.is_default_on,
    )  # fmt: skip
    return Row(
        key=kind.key, name=say(kind.name), description=say(kind.description), has_digest=kind.has_digest,
        frequency=_frequency(facts, ask, has_digest=kind.has_digest, at=at), legal_basis=_legal_basis(kind),
        ways=tuple(_way(facts, ask, kind, channel, at=at) for channel in kind.channels if channel != EMAIL),
    )  # fmt: skip


def _way(facts: Facts, ask: Ask, kind: Offered, channel: str, *, at: datetime) -> Way:
    by_channel = replace(ask, channel=channel, is_channel_default_on=channel == kind.channels[0])
    is_on = may_send(facts, by_channel, at=at).allowed
    return Way(channel=channel, label=kind.channel_labels.get(channel, channel), is_on=is_on)


def _frequency(facts: Facts, ask: Ask, *, has_digest: bool, at: datetime) -> str:
    decision = may_send(facts, ask, at=at)
    if not decision.allowed:
        return _NEVER
    return decision.frequency if has_digest and decision.frequency in _IN_DIGESTS else _IMMEDIATE


def _legal_basis(kind: Offered) -> str:
    return say(kind.legal_basis) if kind.is_always_on else ""
