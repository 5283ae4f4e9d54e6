"""Is a report that comes again the same report?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tracking.models import MessageEvent, WebhookReceipt
from tracking.receipts import Report, accept_reports

pytestmark = [pytest.mark.django_db, pytest.mark.req("K1")]


def _report(**changed: Any) -> Report:
    given = {"provider": "postmark", "kind": MessageEvent.Kind.OPENED, "event_key": "k", "message_id": None,
             "occurred_at": datetime(2026, 11, 22, tzinfo=UTC), **changed}  # fmt: skip
    return Report(**given)


@pytest.mark.parametrize("occurred_at", [datetime(2026, 11, 22, tzinfo=UTC), None])
def test_a_repeated_report_is_one_row(occurred_at: datetime | None) -> None:
    for _ in range(2):
        accept_reports([_report(occurred_at=occurred_at)])
    assert WebhookReceipt.objects.count() == 1


def test_two_accounts_may_use_the_same_event_id() -> None:
    accept_reports([_report(), _report(provider="resend")])
    assert WebhookReceipt.objects.count() == 2
