"""How are reports taken in and worked off? Stored raw first, answered, then processed from a queue."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from config.ids import derived_id, new_id
from config.queues import WEBHOOKS, ring_on_commit
from tracking.ingest import ingest_reports
from tracking.leave_wishes import KIND as WISH
from tracking.leave_wishes import follow_wishes
from tracking.models import MessageEvent, WebhookReceipt

logger = logging.getLogger("postrider.tracking")

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One thing that a provider or a reader says about one mail, already in our words; `raw` is theirs.

    `event_key` is what stays the same when the report is repeated: the provider's event id, or a digest.
    """

    provider: str
    kind: MessageEvent.Kind
    occurred_at: datetime | None  # None: the provider does not say
    event_key: str
    message_id: UUID | None
    provider_message_id: str = ""
    machine_reason: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)


def accept_reports(reports: Sequence[Report]) -> int:
    """Store reports and ring for their processing; return how many rows were offered. Repeats change nothing."""
    receipts = [_receipt(report) for report in reports]
    WebhookReceipt.objects.bulk_create(receipts, ignore_conflicts=True)
    ring_on_commit(WEBHOOKS)
    return len(receipts)


def report_key(*parts: object) -> str:
    """A stand-in for the event id of providers that send none: a digest of what makes the report itself."""
    return hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def process_batch() -> int:
    """Work off up to BATCH waiting receipts, oldest first; return how many were taken."""
    try:
        with transaction.atomic():
            return _process(_take(BATCH))
    except (OperationalError, InterfaceError):
        raise  # the database fails, not a receipt: they wait
    except Exception:
        logger.exception("a batch of receipts failed; taking them one by one")
        return _process_one_by_one()


def has_waiting() -> bool:
    """Whether any receipt waits."""
    return WebhookReceipt.objects.filter(processed_at=None).exists()


def _take(limit: int) -> list[WebhookReceipt]:
    waiting = WebhookReceipt.objects.filter(processed_at=None).order_by("id")
    return list(waiting.select_for_update(skip_locked=True)[:limit])


def _process(receipts: list[WebhookReceipt]) -> int:
    if receipts:
        follow_wishes([receipt for receipt in receipts if receipt.kind == WISH])
        unmatched = ingest_reports([receipt for receipt in receipts if receipt.kind != WISH])
        done = WebhookReceipt.objects.filter(id__in=[receipt.pk for receipt in receipts])
        done.update(processed_at=Now())
        if unmatched:
            done.filter(id__in=unmatched).update(problem="names no message of ours")
    return len(receipts)


def _process_one_by_one() -> int:
    """Find the receipt that breaks the batch: it is marked with its problem, the others are processed."""
    ids = list(WebhookReceipt.objects.filter(processed_at=None).order_by("id").values_list("pk", flat=True)[:BATCH])
    for identifier in ids:
        try:
            with transaction.atomic():
                _process(list(WebhookReceipt.objects.filter(pk=identifier, processed_at=None).select_for_update()))
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            logger.exception("receipt %s cannot be processed", identifier)
            problem = f"{type(error).__name__} while processing"
            WebhookReceipt.objects.filter(pk=identifier).update(processed_at=Now(), problem=problem)
    return len(ids)


def _receipt(report: Report) -> WebhookReceipt:
    key = f"{report.provider}\0{report.event_key}".encode()
    return WebhookReceipt(
        id=derived_id(report.occurred_at, key) if report.event_key else new_id(),
        provider=report.provider, kind=report.kind, message_id=report.message_id,
        provider_message_id=report.provider_message_id[:200], occurred_at=report.occurred_at or timezone.now(),
        raw={"event": report.raw, "detail": report.detail, "machine": report.machine_reason},
    )  # fmt: skip
