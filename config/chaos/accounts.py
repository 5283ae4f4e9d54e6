"""Which accounts take the mail, and how much of it do they take at once?"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from config.loadtest.accounts import control
from config.queues import STREAMS
from notifications.delivery.flights import MOST_CALLS, MOST_MAILS
from notifications.delivery.models import PoolMember, Provider
from notifications.delivery.pipeline import BATCH_ROWS
from notifications.delivery.providers import provider_kinds
from notifications.delivery.simulated import ensure_simulated_providers, tell_simulator

_LANES = 2  # a worker makes its calls in two lanes: see notifications/jobs.py


def open_accounts() -> None:
    """A simulated account of each kind, known to a simulator that is empty, well and tells nothing by itself."""
    providers = ensure_simulated_providers()
    Provider.objects.update(is_enabled=True, refused_at=None, refused_reason="")
    tell_simulator(providers)
    control("PUT", "faults", [])
    control("PUT", "script", {"delivered": 0, "magic": False})
    control("PUT", "webhooks", {"paused": False})
    control("PUT", "clock", {"offset_seconds": 0})
    control("DELETE", "journal")


@transaction.atomic
def fill_pools(kinds: Sequence[str]) -> None:
    """In every stream these accounts and no others, the first one first."""
    PoolMember.objects.all().delete()
    known = {provider.kind: provider for provider in Provider.objects.filter(is_simulated=True)}
    PoolMember.objects.bulk_create(
        PoolMember(stream=stream, provider=known[kind], priority=10 * place)
        for stream in STREAMS
        for place, kind in enumerate(kinds, 1)
    )


def mails_a_call(kind: str, stream: str) -> int:
    """How many mails a hand-over carries at most."""
    return min(provider_kinds()[kind].batch_limit, BATCH_ROWS[stream])


def calls_at_once(kind: str, stream: str) -> int:
    """How many calls a worker process has under way at most."""
    return _LANES * max(1, min(MOST_CALLS, MOST_MAILS // mails_a_call(kind, stream)))


def remembers_keys(kind: str) -> bool:
    """Whether this provider takes an idempotency key, so that nothing needs to stay unknown."""
    return provider_kinds()[kind].idempotency_window is not None
