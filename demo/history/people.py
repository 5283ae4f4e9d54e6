"""How do the shop's two thousand customers come into being?"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from random import Random

from config import vault
from demo.history.names import DOMAINS, REGIONS
from demo.shelves import GOODS
from preferences.addresses import normalise_address
from preferences.choices import choose
from preferences.models import Choice, Contact, Suppression, Topic
from preferences.suppression import suppress

NUMBER = 2000
HISTORY = timedelta(days=60)
_OLDEST = timedelta(days=420)
_NEWCOMERS = 0.14  # came during the history that is told


#: What the shop knows of its customers: key, name, kind, description.


def make_people(luck: Random, *, now: datetime) -> list[Contact]:
    """All customers, the one who came first first."""
    people = [_make_one(number, luck, now=now) for number in range(NUMBER)]
    people.sort(key=lambda one: one.created_at)
    return Contact.objects.bulk_create(people, batch_size=1000)


def make_choices(people: list[Contact], luck: Random, *, now: datetime) -> dict[int, str]:
    """Let some turn mail off, and have some addresses blocked; reasons by contact id why they get no offers."""
    offers = Topic.objects.get(key="weekly-offers")
    reminders = Topic.objects.get(key="cart-reminders")
    refused: dict[int, str] = {}
    for person in luck.sample(people, 120):
        choose(person, Choice.Frequency.NEVER, topic=offers, source="preference page")
        refused[person.pk] = "topic_off"
    for person in luck.sample(people, 70):
        choose(person, Choice.Frequency.NEVER, topic=reminders, source="preference page")
    drops = Topic.objects.get(key="price-drops")
    for person in luck.sample(people, 60):
        choose(person, Choice.Frequency.WEEKLY, topic=drops, source="preference page")
    for person in luck.sample(people, 9):
        suppress(person, reason=Suppression.Reason.MANUAL, scope=Suppression.Scope.ALL, detail="asked by phone")
        refused[person.pk] = "suppressed_manual"
    _give_phones(people)
    paused = luck.sample(people, 15)
    Contact.objects.filter(pk__in=[one.pk for one in paused]).update(paused_until=now + timedelta(days=20))
    return refused


def _give_phones(people: list[Contact]) -> None:
    """Some left a number (of those that are kept for fiction) and want to be told of parcels by text message."""
    wanting = people[::50]
    for number, person in enumerate(wanting):
        person.phone = f"+447700900{number:03d}"
        choose(person, Choice.Frequency.IMMEDIATE, type_key="order-shipped", channel="sms", source="preference page")
    Contact.objects.bulk_update(wanting, ["phone"])


def _make_one(number: int, luck: Random, *, now: datetime) -> Contact:
    region = luck.choices(REGIONS, weights=[one.weight for one in REGIONS])[0]
    first, last = luck.choice(region.first), luck.choice(region.last)
    email = f"{_plain(first)}.{_plain(last)}{number}@{luck.choice(DOMAINS)}"
    address = normalise_address(email)
    is_new = luck.random() < _NEWCOMERS
    age = HISTORY * luck.random() if is_new else HISTORY + (_OLDEST - HISTORY) * luck.random()
    since = now - age
    return Contact(
        email=email,
        address=address,
        address_digest=vault.address_digest(address),
        first_name=first,
        last_name=last,
        locale=region.locale,
        time_zone=region.time_zone,
        attributes={
            "city": luck.choice(region.cities),
            "favourite": luck.choice(GOODS)[0],
            "customer_since": since.date().isoformat(),
            "is_subscriber": luck.random() < 0.3,
        },
        created_at=since,
    )


def _plain(name: str) -> str:
    """A name as it stands in an address."""
    spelled = name.lower().translate({ord("ß"): "ss", ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue"})
    return unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
