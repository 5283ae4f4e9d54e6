"""Which provider takes the mail of a load test, and what does the simulator say of it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import requests
from django.conf import settings
from django.db import transaction

from config.loadtest.options import Failed
from notifications.delivery.models import PoolMember
from notifications.delivery.simulated import ensure_simulated_providers, tell_simulator

_SECONDS = 60


@contextmanager
def accounts(kind: str, *, stream: str, has_simulator: bool) -> Iterator[None]:
    """Simulated accounts; with a `kind`, only that one takes the stream's mail until the block ends."""
    providers = ensure_simulated_providers()
    if has_simulator:
        tell_simulator(providers)
        control("DELETE", "journal")
        control("PUT", "script", {"delivered": 0, "magic": False})  # webhooks are a scenario of their own
    chosen = next((one for one in providers if one.kind == kind), None)
    if kind and chosen is None:
        raise Failed(f"there is no simulated account of {kind}")
    before = list(PoolMember.objects.filter(stream=stream))
    if chosen is not None:
        _fill_pool(stream, [PoolMember(stream=stream, provider=chosen)])
    try:
        yield
    finally:
        _fill_pool(stream, before)


@transaction.atomic
def _fill_pool(stream: str, members: Sequence[PoolMember]) -> None:
    PoolMember.objects.filter(stream=stream).delete()
    PoolMember.objects.bulk_create(members)


def check_journal(expected: int) -> dict[str, int]:
    """What the simulator accepted; raises Failed unless it is so many mails, each once."""
    count: int = control("GET", "accepts/count")["count"]
    doubles = len(control("GET", "accepts/duplicates")["duplicates"])
    if count != expected or doubles:
        raise Failed(f"the simulator's journal has {count} mails for {expected} messages, {doubles} of them twice")
    return {"accepted": count, "duplicates": doubles}


def control(method: str, path: str, body: Any = None) -> Any:
    """Ask or tell the simulator something."""
    with requests.Session() as session:
        session.trust_env = False
        url = f"{settings.POSTRIDER_SIMULATOR_URL}/control/{path}"
        answer = session.request(method, url, json=body, timeout=_SECONDS)
    if answer.status_code != 200:
        raise Failed(f"the simulator answered {answer.status_code} to {path}")
    return answer.json()
