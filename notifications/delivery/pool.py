"""Which account takes the next mails of this stream, and how many?"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from config.queues import Stream
from notifications.catalog.channels import EMAIL
from notifications.delivery import limits
from notifications.delivery.breakers import claim_probe, return_probe
from notifications.delivery.holds import stream_source
from notifications.delivery.models import Breaker, PoolMember, Provider
from notifications.delivery.providers import kind_of, provider_kinds

#: Streams whose mails share a call; the others go alone, so that one uncertain answer touches one mail.
SHARING = frozenset({Stream.NOTIFICATION.value, Stream.MARKETING.value})
#: Mails that try whether an account works again.
PROBE_MAILS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An account's place in a pool and how it stands: its breaker, and the domains that block it, until when."""

    member: PoolMember
    breaker: str = Breaker.State.CLOSED
    open_until: datetime | None = None
    pauses: Mapping[str, datetime] = field(default_factory=dict)
    ceiling: int | None = None  # mails that it may still send today while it is warmed up; None: no plan

    @property
    def provider(self) -> Provider:
        return self.member.provider

    @property
    def channel(self) -> str:
        """What the account carries."""
        return kind_of(self.provider).channel

    @property
    def is_closed(self) -> bool:
        """Whether mail flows as usual."""
        return self.breaker == Breaker.State.CLOSED

    def may_probe(self, at: datetime) -> bool:
        """Whether it was left alone for long enough."""
        return not self.is_closed and self.open_until is not None and self.open_until <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """The account chosen for a batch: at most so many mails may go by it now. A probe takes the least urgent."""

    place: Place
    most: int
    is_probe: bool = False
    has_other: bool = False  # another account could take what this one does not
    mails_a_call: int = 1

    @property
    def provider(self) -> Provider:
        return self.place.provider

    @property
    def is_warming(self) -> bool:
        """Whether a daily ceiling holds."""
        return self.place.ceiling is not None


#: How the accounts stand: breakers (in a paused stream a row without an account), then domains that block them.
_STANDING = (
    "SELECT 'breaker', provider_id, state, open_until FROM notifications_breaker"
    " WHERE stream = %(stream)s AND state <> 'closed'"
    " UNION ALL SELECT 'pause', provider_id, recipient_domain, until FROM notifications_domainpause"
    " WHERE until > %(at)s"
    " UNION ALL SELECT 'hold', NULL, state, NULL FROM notifications_hold"
    " WHERE source = %(source)s AND state <> 'open'"
)


def load_pool(stream: str, *, at: datetime) -> list[Place]:
    """The accounts of a stream that are on and not refused; none while the stream is paused. Two small queries.

    Those of all channels: `by_channel` tells them apart.
    An account of a kind that this version does not have is left out; a check names it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"stream": stream, "at": at, "source": stream_source(stream)})
        standing = cursor.fetchall()
    if any(kind == "hold" for kind, *_ in standing):
        return []
    breakers = {provider: (state, until) for kind, provider, state, until in standing if kind == "breaker"}
    pauses: dict[int, dict[str, datetime]] = defaultdict(dict)
    for kind, provider, domain, until in standing:
        if kind == "pause":
            pauses[provider][domain] = until
    listed = PoolMember.objects.filter(
        stream=stream, provider__is_enabled=True, provider__refused_at=None, provider__kind__in=provider_kinds()
    )
    return [
        _place(member, breakers.get(member.provider_id), pauses.get(member.provider_id, {}))
        for member in listed.select_related("provider").order_by("priority", "id")
    ]


def by_channel(pool: Sequence[Place]) -> dict[str, list[Place]]:
    """The places by what they carry; e-mail first, and there even without an account."""
    found: dict[str, list[Place]] = {EMAIL: []}
    for place in pool:
        found.setdefault(place.channel, []).append(place)
    return found


def _place(member: PoolMember, breaker: tuple[str, datetime | None] | None, pauses: Mapping[str, datetime]) -> Place:
    state, until = breaker or (Breaker.State.CLOSED.value, None)
    return Place(member=member, breaker=state, open_until=until, pauses=pauses)


def choose_road(pool: Sequence[Place], *, stream: str, wanted: int, at: datetime) -> Road | None:
    """The best account that can take mail now; None when none can. Lower priority first, chance among equals."""
    order = in_order(place for place in pool if place.is_closed or place.may_probe(at))
    for place in order:
        most = wanted if place.ceiling is None else min(wanted, place.ceiling)
        most = _granted(place, most, stream=stream, at=at)
        if most > 0:
            has_other = any(other is not place and other.is_closed for other in order)
            return Road(
                place=place, most=most, is_probe=not place.is_closed, has_other=has_other,
                mails_a_call=_mails_a_call(place, stream),
            )  # fmt: skip
    return None


def _granted(place: Place, most: int, *, stream: str, at: datetime) -> int:
    """How many of these mails the account may take now, by its limits; a probe's right is taken, if there is one."""
    if most <= 0 or (not place.is_closed and not claim_probe(place.provider, stream, at=at)):
        return 0
    most = most if place.is_closed else PROBE_MAILS
    granted = limits.take(place.provider, most, mails_a_call=_mails_a_call(place, stream))
    if not granted and not place.is_closed:
        return_probe(place.provider, stream, at=at)
    return granted


def _mails_a_call(place: Place, stream: str) -> int:
    return kind_of(place.provider).batch_limit if stream in SHARING else 1


def in_order(places: Iterable[Place]) -> list[Place]:
    """By priority; among equals by chance, weighted: the key u^(1/w) draws without replacement (Efraimidis, 2006)."""

    def key(place: Place) -> tuple[int, float]:
        weight = max(place.member.weight, 1)
        return place.member.priority, -(random.random() ** (1 / weight))  # noqa: S311 - shares load, hides nothing

    return sorted(places, key=key)
