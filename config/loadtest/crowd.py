"""Who are the million people of a load test, and what did they do in two years? Made from their numbers alone.

The same number is always the same person and the same event, so that a seeding that was cut off goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from config import vault
from config.ids import derived_id

DOMAIN = "crowd.example"
SPAN = timedelta(days=730)
CONTACT_COLUMNS = (
    "email, address, address_digest, first_name, last_name, attributes, locale, time_zone, created_at,"
    " engagement_points, engagement_at, last_engaged_at, last_opened_at, last_clicked_at"
)
EVENT_COLUMNS = "id, name, contact_id, source, key, state, payload, faults, stream, received_at, routed_at"

_ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "America/Lima", "Asia/Tokyo", "")
_CITIES = (("DE", "Berlin"), ("GB", "London"), ("US", "Boston"), ("PE", "Lima"), ("JP", "Tokyo"), ("NO", "Oslo"))
_INTERESTS = ("hiking", "writing", "kitchen", "travel", "letters")
_FIRST, _LAST = ("Ada", "Ben", "Cleo", "Dora", "Emil", "Fay"), ("Ash", "Berg", "Cruz", "Dahl", "Ito", "Lang")
#: Names with their streams, and up to which share of all events each goes.
_NAMES = (
    (0.50, "offers.published", "marketing"), (0.76, "price.lowered", "notification"),
    (0.86, "cart.abandoned", "marketing"), (0.92, "order.placed", "transactional"),
    (0.97, "order.shipped", "transactional"), (1.00, "customer.signed_up", "notification"),
)  # fmt: skip
#: Numbers of people are mixed by this prime, so that the busy ones do not lie side by side.
_MIXER = 7_368_787


def address_of(number: int) -> str:
    """The address of person `number`."""
    return f"person{number}@{DOMAIN}"


def make_contacts(numbers: range, *, now: datetime) -> Iterator[tuple[Any, ...]]:
    """Rows of CONTACT_COLUMNS."""
    for number in numbers:
        luck = Random(number)  # noqa: S311 - the same people every time
        address, created_at = address_of(number), now - SPAN * luck.random()
        last = now - (now - created_at) * luck.random() ** 0.5
        is_awake = luck.random() < 0.6
        country, city = luck.choice(_CITIES)
        yield (
            address, address, vault.address_digest(address), luck.choice(_FIRST), luck.choice(_LAST),
            json.dumps(_attributes(luck, country, city, now)), luck.choice(("en", "de", "es", "")),
            luck.choice(_ZONES), created_at, round(luck.expovariate(0.04), 2) if is_awake else 0,
            last if is_awake else None, last if luck.random() < 0.4 else None, last if is_awake else None,
            last if luck.random() < 0.4 else None,
        )  # fmt: skip


def _attributes(luck: Random, country: str, city: str, now: datetime) -> dict[str, Any]:
    born = now.date() - timedelta(days=luck.randrange(19 * 365, 75 * 365))
    return {
        "plan": luck.choices(("free", "trial", "pro"), weights=(70, 9, 21))[0], "birthday": born.isoformat(),
        "points": luck.randrange(5000), "is_subscriber": luck.random() < 0.3,
        "interests": luck.sample(_INTERESTS, luck.randint(0, 3)), "home": {"country": country, "city": city},
        "seeded": now.isoformat(),
    }  # fmt: skip


def event_id(number: int, of: int, *, now: datetime) -> UUID:
    """The id of an event; ids go by time."""
    return derived_id(_moment(number, of, now), b"crowd %d" % number)


def make_events(numbers: range, *, of: int, people: list[int], now: datetime) -> Iterator[tuple[Any, ...]]:
    """Rows of EVENT_COLUMNS, oldest first; a few people do much, most do little."""
    for number in numbers:
        luck = Random(number)  # noqa: S311 - the same events every time
        share = luck.random()
        name, stream = next((name, stream) for most, name, stream in _NAMES if share <= most)
        at = _moment(number, of, now)
        person = people[int(luck.random() ** 2 * len(people)) * _MIXER % len(people)]
        row = derived_id(at, b"crowd %d" % number)
        yield (row, name, person, "app", "", "accepted", _payload(name, number, luck), "[]", stream, at, at)


def _payload(name: str, number: int, luck: Random) -> str:
    match name:
        case "order.placed":
            total = luck.choice((9.9, 24.5, 39, 59.9, 99, 180))
            return (
                f'{{"order_number": "P-{number}", "customer_name": "Ada", "items": [{{"name": "Mountain tea",'
                f' "quantity": 1, "price": "{total:.2f}"}}], "total": "{total:.2f}", "currency": "EUR",'
                f' "order_url": "https://shop.example/orders/{number}"}}'
            )
        case "order.shipped":
            return f'{{"order_number": "P-{number}", "carrier": "Postkutsche", "order_url": "https://shop.example/"}}'
        case "cart.abandoned":
            return '{"cart_url": "https://shop.example/cart", "items": [{"name": "Enamel mug", "price": "14.00 EUR"}]}'
        case "price.lowered":
            return (
                '{"name": "Wool blanket", "price": "59 EUR", "price_before": "72 EUR", "url": "https://shop.example/"}'
            )
        case "offers.published":
            offer = '{"name": "Enamel mug", "price": "11.20 EUR", "url": "https://shop.example/", "image_url": ""}'
            return f'{{"edition": {number % 104}, "offers": [{offer}]}}'
    return '{"coupon": ""}'


def _moment(number: int, of: int, now: datetime) -> datetime:
    step = (SPAN // timedelta(microseconds=1)) * (number + 1) / of  # days times millions do not fit into a timedelta
    return now - SPAN + timedelta(microseconds=round(step))


def midnight(at: datetime) -> datetime:
    """The last midnight in Greenwich."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
