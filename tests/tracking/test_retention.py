"""For how long are reports kept as they came?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from config import clock
from config.ids import derived_id
from config.partitions import ensure_months
from tracking.models import WebhookReceipt
from tracking.retention import purge_receipts

pytestmark = [pytest.mark.django_db, pytest.mark.req("P4")]

_TABLE = "tracking_webhookreceipt"


@pytest.fixture
def receipt() -> Callable[..., WebhookReceipt]:
    def make(age_in_days: float, *, is_done: bool = True) -> WebhookReceipt:
        at = clock.now() - timedelta(days=age_in_days)
        return WebhookReceipt.objects.create(
            id=derived_id(at, str(age_in_days).encode()), provider="postmark", kind="opened", occurred_at=at, raw={},
            received_at=at, processed_at=at if is_done else None,
        )  # fmt: skip

    return make


def test_thirty_days(receipt: Callable[..., WebhookReceipt]) -> None:
    kept, _old = receipt(29), receipt(31)
    assert purge_receipts() >= 1
    assert [one.pk for one in WebhookReceipt.objects.all()] == [kept.pk]


def test_what_waits_is_kept(receipt: Callable[..., WebhookReceipt]) -> None:
    receipt(31, is_done=False)
    purge_receipts()
    assert WebhookReceipt.objects.count() == 1


def test_the_days_can_be_set(receipt: Callable[..., WebhookReceipt], settings: Any) -> None:
    settings.POSTRIDER_RECEIPT_DAYS = 3
    receipt(4)
    purge_receipts()
    assert not WebhookReceipt.objects.exists()


def test_a_month_goes_whole_when_all_of_it_is_old() -> None:
    ensure_months(_TABLE, around=datetime(2020, 5, 15, tzinfo=UTC), months_ahead=0)
    assert {"2020_04", "2020_05"} <= months()
    purge_receipts()
    assert not {"2020_04", "2020_05"} & months()


def test_a_month_in_which_something_waits_stays() -> None:
    ensure_months(_TABLE, around=datetime(2020, 5, 15, tzinfo=UTC), months_ahead=0)
    at = datetime(2020, 5, 15, tzinfo=UTC)
    WebhookReceipt.objects.create(id=derived_id(at, b"1"), provider="ses", kind="opened", occurred_at=at, raw={})
    purge_receipts()
    assert "2020_05" in months()


def months() -> set[str]:
    """The months that have a partition of their own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE %s", [f"{_TABLE}_2%"])
        return {row[0].removeprefix(f"{_TABLE}_") for row in cursor.fetchall()}
