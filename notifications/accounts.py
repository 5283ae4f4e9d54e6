"""How does staff take an account out of service, and bring it back?"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from config.queues import ring_on_commit
from notifications.delivery import breakers
from notifications.delivery.connection import find_missing
from notifications.delivery.models import PoolMember, Provider
from notifications.delivery.providers import kind_of, provider_kinds


class NotReady(ValueError):
    """The account cannot send; the message says what it lacks."""


@transaction.atomic
def switch(provider: Provider, *, is_on: bool) -> list[str]:
    """Switch an account on or off; return the streams that it serves and that have no other account that is on.

    Raises NotReady for an account that could not send.
    """
    if is_on and (missing := find_missing(provider)):
        raise NotReady(f"Still missing: {', '.join(missing)}. Fill it in on the account's page first.")
    provider.is_enabled = is_on
    provider.save(update_fields=["is_enabled"])
    streams = list(PoolMember.objects.filter(provider=provider).values_list("stream", flat=True))
    if is_on:
        for stream in streams:
            ring_on_commit(stream)
    alike = [kind.slug for kind in provider_kinds().values() if kind.channel == kind_of(provider).channel]
    others = PoolMember.objects.filter(stream__in=streams, provider__is_enabled=True, provider__kind__in=alike)
    others = others.exclude(provider=provider)
    covered = set(others.values_list("stream", flat=True))
    return [stream for stream in streams if stream not in covered]


@transaction.atomic
def try_again(provider: Provider, stream: str, *, at: datetime) -> None:
    """Use an account again: after refused credentials everywhere, else in this stream."""
    if provider.refused_at:
        breakers.mend(provider, at=at)
    else:
        breakers.close_breaker(provider, stream, at=at)
