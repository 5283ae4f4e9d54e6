"""Which provider takes a mail of this stream now?"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime

from notifications.delivery.models import Breaker, PoolMember, Provider


def load_pool(stream: str, *, at: datetime) -> list[PoolMember]:
    """The usable members of a stream's pool: enabled and not blocked at `at`. One query."""
    members = PoolMember.objects.filter(stream=stream, provider__is_enabled=True).select_related("provider")
    shut = Breaker.objects.filter(stream=stream, open_until__gt=at, state=Breaker.State.OPEN)
    usable = members.filter(provider__refused_at=None).exclude(provider__in=shut.values("provider"))
    return list(usable.order_by("priority", "id"))


def pick_provider(
    pool: Sequence[PoolMember], *, avoid: int | None = None, draw: float | None = None
) -> Provider | None:
    """One provider of the best priority, by weight; `avoid` is taken only when there is no other.

    `draw` in [0, 1) replaces chance, for tests.
    """
    willing = [member for member in pool if member.provider_id != avoid] or list(pool)
    best = [member for member in willing if member.priority == willing[0].priority]
    weights = [max(member.weight, 1) for member in best]
    point = (random.random() if draw is None else draw) * sum(weights)  # noqa: S311 - shares load, hides nothing
    for member, weight in zip(best, weights, strict=True):
        point -= weight
        if point < 0:
            return member.provider
    return None
