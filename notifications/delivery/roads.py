"""Which accounts may take this stream's mail today? Those that are warmed up enough, from a domain that may send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from config.queues import Stream
from notifications.delivery import warmup
from notifications.delivery.alerts import raise_alert
from notifications.delivery.domains.permission import may_send_marketing
from notifications.delivery.pool import Place
from notifications.delivery.senders import identity_of


def open_places(pool: Sequence[Place], *, stream: str, at: datetime) -> list[Place]:
    """The places whose account may send from the stream's domain, with what they may still send today."""
    domain = identity_of(stream).domain
    return [
        replace(place, ceiling=warmup.allowance(place.provider.pk, domain, at=at))
        for place in pool
        if _is_domain_fit(place, stream=stream, domain=domain)
    ]


def are_full_for_today(pool: Sequence[Place]) -> bool:
    """Whether there are accounts, and the only thing against them is that they sent all they may send today."""
    return bool(pool) and all(place.ceiling is not None and place.ceiling <= 0 for place in pool)


def _is_domain_fit(place: Place, *, stream: str, domain: str) -> bool:
    if stream != Stream.MARKETING:
        return True
    decision = may_send_marketing(domain, is_simulated=place.provider.is_simulated)
    if not decision.allowed:
        raise_alert(
            decision.reason, domain,
            f"Marketing mail waits: {domain} is not fit for it, or was never checked. See “Sending domains”.",
        )  # fmt: skip
    return decision.allowed
