"""Which accounts may take this stream's mail today? Those that are warmed up enough, from a domain that may send."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from config.queues import Stream
from notifications.catalog.channels import channel_of
from notifications.delivery import warmup
from notifications.delivery.alerts import raise_alert
from notifications.delivery.domains.permission import may_send_marketing
from notifications.delivery.pool import Place
from notifications.delivery.senders import identity_of

#: An alert that goes on is noted so often by each process.
TELL_SECONDS = 60


def open_places(pool: Sequence[Place], *, stream: str, at: datetime) -> list[Place]:
    """The places whose account may send from the stream's domain, with what they may still send today.

    Only mail comes from a domain; the accounts of other channels are open as they are.
    """
    domain = identity_of(stream).domain
    return [
        replace(place, ceiling=warmup.allowance(place.provider.pk, domain, at=at)) if is_mail else place
        for place in pool
        if not (is_mail := channel_of(place.channel).is_mail) or _is_domain_fit(place, stream=stream, domain=domain)
    ]


def are_full_for_today(pool: Sequence[Place]) -> bool:
    """Whether there are accounts, and the only thing against them is that they sent all they may send today."""
    return bool(pool) and all(place.ceiling is not None and place.ceiling <= 0 for place in pool)


def _is_domain_fit(place: Place, *, stream: str, domain: str) -> bool:
    if stream != Stream.MARKETING:
        return True
    decision = may_send_marketing(domain, is_simulated=place.provider.is_simulated)
    if not decision.allowed:
        _tell_staff(decision.reason, domain, int(time.monotonic() / TELL_SECONDS))
    return decision.allowed


@lru_cache(maxsize=16)
def _tell_staff(reason: str, domain: str, _moment: int) -> None:
    text = f"Marketing mail waits: {domain} is not fit for it, or was never checked. See “Sending domains”."
    raise_alert(reason, domain, text)
