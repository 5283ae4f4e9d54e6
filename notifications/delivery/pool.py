"""Which account takes the next mails of this stream, and how many?"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifications.delivery import limits
from notifications.delivery.breakers import claim_probe
from notifications.delivery.models import Breaker, DomainPause, PoolMember, Provider
from notifications.delivery.providers import kind_of

#: Mails that try whether an account works again.
PROBE_MAILS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An account's place in a pool and how it stands: its breaker, and domains that block it, with the time until."""

    member: PoolMember
    breaker: Breaker | None
    pauses: dict[str, datetime]
    ceiling: int | None = None  # mails that it may still send today while it is warmed up; None: no plan

    @property
    def provider(self) -> Provider:
        return self.member.provider

    @property
    def is_closed(self) -> bool:
        """Whether mail flows as usual."""
        return self.breaker is None or self.breaker.state == Breaker.State.CLOSED

    def may_probe(self, at: datetime) -> bool:
        """Whether it was left alone for long enough."""
        until = self.breaker.open_until if self.breaker else None
        return not self.is_closed and until is not None and until <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """The account chosen for a batch: at most so many mails may go by it now. A probe takes the least urgent."""

    place: Place
    most: int
    is_probe: bool = False
    has_other: bool = False  # another account could take what this one does not

    @property
    def provider(self) -> Provider:
        return self.place.provider

    @property
    def is_warming(self) -> bool:
        """Whether a daily ceiling holds."""
        return self.place.ceiling is not None


def load_pool(stream: str, *, at: datetime) -> list[Place]:
    """The accounts of a stream that are on and whose credentials were not refused. Three small queries."""
    listed = PoolMember.objects.filter(stream=stream, provider__is_enabled=True, provider__refused_at=None)
    members = list(listed.select_related("provider").order_by("priority", "id"))
    ids = [member.provider_id for member in members]
    breakers = {one.provider_id: one for one in Breaker.objects.filter(stream=stream, provider__in=ids)}
    pauses: dict[int, dict[str, datetime]] = defaultdict(dict)
    for pause in DomainPause.objects.filter(provider__in=ids, until__gt=at):
        pauses[pause.provider_id][pause.recipient_domain] = pause.until
    return [
        Place(member=member, breaker=breakers.get(member.provider_id), pauses=pauses[member.provider_id])
        for member in members
    ]


def choose_road(pool: Sequence[Place], *, stream: str, wanted: int, at: datetime) -> Road | None:
    """The best account that can take mail now; None when none can. Lower priority first, chance among equals."""
    order = in_order(place for place in pool if place.is_closed or place.may_probe(at))
    for place in order:
        most = wanted if place.ceiling is None else min(wanted, place.ceiling)
        most = _granted(place, most, stream=stream, at=at)
        if most > 0:
            has_other = any(other is not place and other.is_closed for other in order)
            return Road(place=place, most=most, is_probe=not place.is_closed, has_other=has_other)
    return None


def _granted(place: Place, most: int, *, stream: str, at: datetime) -> int:
    """How many of these mails the account may take now, by its limits; a probe's right is taken, if there is one."""
    if most <= 0 or (not place.is_closed and not claim_probe(place.provider, stream, at=at)):
        return 0
    most = most if place.is_closed else PROBE_MAILS
    return limits.take(place.provider, most, mails_a_call=kind_of(place.provider).batch_limit)


def in_order(places: Iterable[Place]) -> list[Place]:
    """By priority; among equals by chance, weighted: the key u^(1/w) draws without replacement (Efraimidis, 2006)."""

    def key(place: Place) -> tuple[int, float]:
        weight = max(place.member.weight, 1)
        return place.member.priority, -(random.random() ** (1 / weight))  # noqa: S311 - shares load, hides nothing

    return sorted(places, key=key)
