"""What does the shop know of its customers, and which segments does it look at?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from campaigns.models import Segment, SegmentSize
from campaigns.segments.ready_made import make_ready_made
from campaigns.segments.running import count_people
from preferences.engagement import Seen, Sign, note_engagement
from preferences.models import Attribute, Contact
from tracking.models import Event, Message

_ATTRIBUTES = (
    ("city", "City", "text", "Where parcels go."),
    ("favourite", "Favourite", "text", "What they look at most."),
    ("customer_since", "Customer since", "date", "The day of the first account or order."),
    ("is_subscriber", "Gets the offers", "boolean", "Asked for the weekly offers."),
    ("plan", "Club", "text", "Membership of the shop's club: none, trial or member."),
    ("birthday", "Birthday", "date", "For a card and a voucher."),
    ("interests", "Interests", "list", "Ticked on the first visit."),
    ("home", "Home", "place", "Country, region and city."),
)
_INTERESTS = ("hiking", "writing", "kitchen", "travel", "letters")
_COUNTRIES = {
    "Europe/London": "GB", "Europe/Berlin": "DE", "Europe/Madrid": "ES", "America/New_York": "US", "Asia/Tokyo": "JP",
}  # fmt: skip
_DAYS = 30


def define_attributes() -> None:
    """Say what the attributes are; those that are defined already stay."""
    for key, name, kind, description in _ATTRIBUTES:
        Attribute.objects.get_or_create(key=key, defaults={"name": name, "kind": kind, "description": description})


def fill_attributes(people: Iterable[Contact], *, now: datetime) -> None:
    """Club, birthday, interests and home of each customer; not everybody told."""
    luck = Random(1490)  # noqa: S311 - the same customers every time
    changed = []
    for person in people:
        more: dict[str, Any] = {"plan": luck.choices(("none", "trial", "member"), weights=(70, 9, 21))[0]}
        if luck.random() < 0.6:
            born = now.date() - timedelta(days=luck.randrange(19 * 365, 75 * 365))
            more["birthday"] = born.isoformat()
        if luck.random() < 0.5:
            more["interests"] = sorted(luck.sample(_INTERESTS, luck.randint(1, 3)))
        home = {"city": person.attributes.get("city"), "country": _COUNTRIES.get(person.time_zone)}
        more["home"] = {key: value for key, value in home.items() if value}
        person.attributes = {**person.attributes, **more}
        changed.append(person)
    Contact.objects.bulk_update(changed, ["attributes"], batch_size=500)


def note_past_engagement(messages: Iterable[Message], events: Iterable[Event]) -> None:
    """The points that opens, clicks and orders of the past have left."""
    seen = []
    for message in messages:
        for at, sign in ((message.opened_at, Sign.OPEN), (message.clicked_at, Sign.CLICK)):
            if at is not None:
                seen.append(Seen(contact_id=message.contact_id, sign=sign, at=at))
    seen += [
        Seen(contact_id=event.contact_id, sign=Sign.PURCHASE, at=event.received_at)
        for event in events
        if event.name == "order.placed" and event.state == Event.State.ACCEPTED and event.contact_id is not None
    ]
    note_engagement(seen)


def make_segments(*, now: datetime) -> None:
    """The ready-made ones and some of the shop's own, each with a month behind it; those that are there stay."""
    define_attributes()
    make_ready_made()
    for name, description, rules in _own_segments():
        rule = {"version": 1, "root": {"type": "group", "match": "all", "rules": rules}}
        Segment.objects.get_or_create(name=name, defaults={"description": description, "rule": rule})
    for segment in Segment.objects.filter(sizes=None):
        _remember_month(segment, now=now)


def _own_segments() -> list[tuple[str, str, list[dict[str, Any]]]]:
    lately = {"kind": "last", "amount": 60, "unit": "days"}
    ordered = {"type": "event", "name": "order.placed", "window": lately}
    tea = {"field": "items[].name", "kind": "text", "test_is": "contains", "values": ["tea"]}
    birthday = {"type": "date_attribute", "key": "birthday", "test_is": "anniversary", "days": 7}
    cart = {**ordered, "name": "cart.abandoned", "since": {"name": "order.placed"}}
    never_ordered = {**ordered, "name": "order.placed", "window": {"kind": "ever"}}
    return [
        ("Birthday this week", "For a card and a voucher.", [birthday, {"type": "topic", "topic": "weekly-offers"}]),
        ("Tea drinkers", "Bought tea lately.", [{**ordered, "where": [tea]}]),
        (
            "Carts left behind", "Filled a cart and have not ordered since.",
            [{"type": "group", "match": "any", "rules": [
                cart,
                {"type": "group", "match": "all", "rules": [
                    {**ordered, "name": "cart.abandoned"},
                    {**never_ordered, "count": {"test_is": "at_most", "number": 0}},
                ]},
            ]}],
        ),
    ]  # fmt: skip


def _remember_month(segment: Segment, *, now: datetime) -> None:
    """Its size today, and a month that leads up to it."""
    luck = Random(segment.name)  # noqa: S311 - the same month every time
    people, today = count_people(segment.rule, at=now, inside=(segment.pk,)).count, now.astimezone(UTC).date()
    growth = luck.uniform(-0.25, 0.3)
    rows = []
    for ago in range(_DAYS):
        size = people * (1 - growth * ago / _DAYS) + luck.gauss(0, people * 0.012) * bool(ago)
        rows.append(SegmentSize(segment=segment, day=today - timedelta(days=ago), people=max(0, round(size))))
    SegmentSize.objects.bulk_create(rows, ignore_conflicts=True)
