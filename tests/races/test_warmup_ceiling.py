"""Do workers that reserve at once ever send more than a day's ceiling, or wait for each other for ever?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from notifications.delivery import warmup
from notifications.delivery.models import Provider, WarmupDay, WarmupPlan

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DOMAIN = "news.example.com"


def reserve_some(provider_id: int) -> int:
    try:
        with transaction.atomic():
            return warmup.reserve(provider_id, DOMAIN, wanted=7, at=NOON)
    finally:
        connection.close()


@pytest.mark.req("V3")
@pytest.mark.django_db(transaction=True)
def test_workers_share_a_ceiling_exactly() -> None:
    provider = Provider.objects.create(key="mailgun", kind="mailgun", name="Mailgun")
    WarmupPlan.objects.create(provider=provider, from_domain=DOMAIN, steps=[100])
    warmup.forget()
    with ThreadPoolExecutor(8) as workers:
        granted = list(workers.map(reserve_some, [provider.pk] * 40))
    assert sum(granted) == 100
    assert sorted(granted, reverse=True)[:14] == [7] * 14
    assert WarmupDay.objects.get().sent == 100
