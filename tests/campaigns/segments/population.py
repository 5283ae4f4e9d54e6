"""Which small crowd are rules tried on? Made by chance from a seed, with every oddity that real rows have."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from random import Random
from typing import Any

from django.contrib.auth.models import User
from pydantic import BaseModel, SecretStr

from campaigns.models import Segment
from config.ids import derived_id
from preferences.models import (
    Attribute,
    Choice,
    ConsentRecord,
    Contact,
    ContactList,
    ListMember,
    Suppression,
    Topic,
)
from tests.people import make_contact
from tracking.models import Event, Message
from tracking.schemas import EventSchema, forget_schema, register_schema

#: Shortly after midnight in Greenwich: it is yesterday in Lima and today in Berlin.
AT = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)

WORDS = ("pro", "Pro", "free", "Trial", "Ärger", "a%b", "it's", "{}", "ß", "")
ZONES = ("", "Europe/Berlin", "America/Lima", "Pacific/Auckland", "Nowhere/Land", "Pacific/Kiritimati")
TAGS = ("red", "Red", "blue", "green")
KINDS = {"plan": "text", "age": "number", "birthday": "date", "vip": "boolean", "tags": "list", "home": "place"}
NAMES = ("shop.ordered", "shop.refunded", "shop.viewed")


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Item(BaseModel):
    name: str
    price: float = 0


class Ordered(BaseModel):
    """A payload with every kind of field."""

    total: float | None = None
    note: str = ""
    is_gift: bool = False
    due: date | None = None
    items: list[Item] = []
    colour: Colour = Colour.RED
    card: SecretStr = SecretStr("")


@dataclass(slots=True)
class Happened:
    name: str
    at: datetime
    state: str
    payload: dict[str, Any]


@dataclass(slots=True)
class Mailed:
    channel: str
    source: str
    topic: str
    mail_type: str
    facts: dict[str, datetime | None]


@dataclass(slots=True)
class Someone:
    """A contact and everything about it, as plain values."""

    contact: Contact
    events: list[Happened] = field(default_factory=list)
    mails: list[Mailed] = field(default_factory=list)
    choices: dict[tuple[str, str], str] = field(default_factory=dict)  # (topic, channel) -> frequency
    consents: list[tuple[str | None, str]] = field(default_factory=list)  # oldest first
    suppressed: set[str] = field(default_factory=set)
    lists: set[int] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Crowd:
    """Everybody, with the topics (is it on by default?), lists and segments that rules may name."""

    people: list[Someone]
    topics: dict[str, bool]
    lists: list[int]
    segments: dict[int, dict[str, Any]]


def declare_events() -> None:
    for name in NAMES:
        register_schema(EventSchema(name=name, payload=Ordered, stream="notification"))


def forget_events() -> None:
    for name in NAMES:
        forget_schema(name)


def make_crowd(seed: int, *, size: int = 24) -> Crowd:
    """A crowd in the database; call within a test's transaction."""
    luck = Random(seed)
    for key, kind in KINDS.items():
        Attribute.objects.create(key=key, name=key.title(), kind=kind)
    topics = {"news": True, "offers": False}
    rows = {key: Topic.objects.create(key=key, name=key, is_default_on=is_on) for key, is_on in topics.items()}
    lists = [ContactList.objects.create(name=name) for name in ("Fair", "Press")]
    people = [_make_someone(luck, number) for number in range(size)]
    for someone in people:
        _add_events(luck, someone)
        _add_mails(luck, someone)
        _add_wishes(luck, someone, rows)
        _add_standing(luck, someone, rows, lists)
    return Crowd(people=people, topics=topics, lists=[one.pk for one in lists], segments=_make_segments())


def _make_segments() -> dict[int, dict[str, Any]]:
    inner = {"type": "text_attribute", "key": "plan", "test_is": "is", "values": ["pro"]}
    one = Segment.objects.create(name="Pros", rule=_rule([inner]))
    outer = {"type": "segment", "segment": one.pk, "is_so": False}
    two = Segment.objects.create(name="Not pros", rule=_rule([outer]))
    return {one.pk: one.rule, two.pk: two.rule, Segment.objects.create(name="All", rule={}).pk: {}}


def _rule(rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {"version": 1, "root": {"type": "group", "match": "all", "rules": rules}}


def _make_someone(luck: Random, number: int) -> Someone:
    domain = luck.choice(["example.com", "Example.org", "bücher.example"])
    contact = make_contact(
        f"{luck.choice(['ann', 'BEN', 'celik'])}{number}@{domain}",
        first_name=luck.choice(["Ann", "ann", "Ben", "Émile", ""]), last_name=luck.choice(["", "O'Hara", "Li"]),
        locale=luck.choice(["", "de", "de-AT", "en_GB", "EN"]), time_zone=luck.choice(ZONES),
        attributes=_attributes(luck), is_unconfirmed=luck.random() < 0.2, is_tracking_allowed=luck.random() < 0.8,
        paused_until=luck.choice([None, AT, AT + timedelta(days=1), AT - timedelta(days=1)]),
        engagement_points=luck.choice([0, 1.5, 2, 20, 40, 500]), engagement_at=_moment(luck, none=0.2),
        last_engaged_at=_moment(luck, none=0.3), last_opened_at=_moment(luck, none=0.3),
        last_clicked_at=_moment(luck, none=0.3), phone=luck.choice(["", "+4915112345"]),
    )  # fmt: skip
    Contact.objects.filter(pk=contact.pk).update(created_at=_moment(luck))
    if luck.random() < 0.3:
        Contact.objects.filter(pk=contact.pk).update(user=User.objects.create(username=f"user{number}"))
    if luck.random() < 0.1:
        Contact.objects.filter(pk=contact.pk).update(email="", address=None, erased_at=AT)
    return Someone(contact=Contact.objects.get(pk=contact.pk))


def _attributes(luck: Random) -> dict[str, Any]:
    """Also with values of the wrong kind, which count as none."""
    wrong: tuple[Any, ...] = (None, 7, "x", True, [], {}, [1, 2], "2026-02-28")
    right: dict[str, Any] = {
        "plan": luck.choice(WORDS), "age": luck.choice([0, 5, 5.5, -3, 10**12]),
        "birthday": _day(luck), "vip": luck.random() < 0.5, "tags": luck.sample(TAGS, luck.randrange(4)),
        "home": luck.choice([{"country": "NO", "city": "Oslo"}, {"country": "de"}, {"city": ""}, {}]),
    }  # fmt: skip
    kept = {key: value for key, value in right.items() if luck.random() < 0.8}
    return {key: luck.choice(wrong) if luck.random() < 0.15 else value for key, value in kept.items()}


def _day(luck: Random) -> str:
    near = AT.date() + timedelta(days=luck.randrange(-4, 5))
    return luck.choice([str(near), str(near.replace(year=1990, day=min(near.day, 28))), "1988-02-29", "2026-1-1"])


def _moment(luck: Random, *, none: float = 0) -> datetime | None:
    if luck.random() < none:
        return None
    return AT - timedelta(hours=luck.choice([0, 1, 23, 24, 25, 24 * 7, 24 * 30, 24 * 90, luck.randrange(5000)]))


def _add_events(luck: Random, someone: Someone) -> None:
    rows = []
    for _ in range(luck.randrange(6)):
        at = _moment(luck)
        assert at is not None
        state = luck.choice(["accepted", "accepted", "accepted", "refused", "duplicate"])
        one = Happened(luck.choice(NAMES), at, state, _payload(luck))
        someone.events.append(one)
        rows.append(
            Event(
                id=derived_id(at, luck.randbytes(8)), name=one.name, contact=someone.contact, state=state,
                payload=one.payload, received_at=at, routed_at=at,
            )
        )  # fmt: skip
    Event.objects.bulk_create(rows)


def _payload(luck: Random) -> dict[str, Any]:
    items = [
        {"name": luck.choice(["Mug", "mug", "Tea"]), "price": luck.choice([1, 2.5])} for _ in range(luck.randrange(3))
    ]
    payload: dict[str, Any] = {
        "total": luck.choice([None, 0, 10, 49.99, "100.00", "1E+2", "much", -5, True]),
        "note": luck.choice(WORDS), "is_gift": luck.random() < 0.5, "colour": luck.choice(["red", "blue"]),
        "due": luck.choice([None, "2026-02-28", "2026-03-01T10:00:00Z", "soon"]), "items": items,
    }  # fmt: skip
    return {key: value for key, value in payload.items() if luck.random() < 0.9}


def _add_mails(luck: Random, someone: Someone) -> None:
    rows = []
    for number in range(luck.randrange(4)):
        facts = {name: _moment(luck, none=0.4) for name in ("sent", "delivered", "opened", "clicked", "bounced")}
        one = Mailed(
            channel=luck.choice(["email", "email", "sms"]), source=luck.choice(["campaign:1", "campaign:2"]),
            topic=luck.choice(["", "news"]), mail_type=luck.choice(["", "welcome"]), facts=facts,
        )  # fmt: skip
        someone.mails.append(one)
        rows.append(
            Message(
                contact=someone.contact, source=one.source, type_key=one.mail_type, channel=one.channel,
                part=str(number), stream="marketing", topic_key=one.topic, state="sent",
                **{f"{name}_at": at for name, at in facts.items()},
            )
        )  # fmt: skip
    Message.objects.bulk_create(rows)


def _add_wishes(luck: Random, someone: Someone, topics: dict[str, Topic]) -> None:
    for topic in (*topics, ""):
        for channel in ("", "email", "sms"):
            if luck.random() < 0.3:
                frequency = luck.choice(["never", "immediate", "weekly"])
                someone.choices[topic, channel] = frequency
                Choice.objects.create(
                    contact=someone.contact, topic=topics.get(topic), channel=channel, frequency=frequency
                )
    if luck.random() < 0.3:  # about a type: no wish about the topic
        Choice.objects.create(contact=someone.contact, type_key="welcome", frequency="never")


def _add_standing(luck: Random, someone: Someone, topics: dict[str, Topic], lists: list[ContactList]) -> None:
    for _ in range(luck.randrange(4)):
        topic, action = luck.choice([None, *topics]), luck.choice(["asked", "confirmed", "granted", "withdrawn"])
        someone.consents.append((topic, action))
        ConsentRecord.objects.create(
            contact=someone.contact, topic=topics[topic] if topic else None, action=action, source="test"
        )
    for scope in ("all", "marketing"):
        if luck.random() < 0.2:
            is_lifted = luck.random() < 0.4
            Suppression.objects.create(
                address_digest=bytes(someone.contact.address_digest), scope=scope, reason="manual",
                lifted_at=AT if is_lifted else None,
            )  # fmt: skip
            someone.suppressed |= set() if is_lifted else {scope}
    for one in lists:
        if luck.random() < 0.4:
            ListMember.objects.create(list=one, contact=someone.contact)
            someone.lists.add(one.pk)
