"""What do campaigns hold about a person? That they were meant by some; it stays, since sums must go on adding up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from campaigns.models import CampaignRecipient
from preferences.holdings import Holding, register_holding


def register() -> None:
    """Have recipients counted and exported. An erased contact has neither name nor address, and none stands here."""
    register_holding(Holding(name="campaigns", title="campaigns", count=_count, export=_export))


def _count(contact_id: int) -> int:
    return CampaignRecipient.objects.filter(contact_id=contact_id).count()


def _export(contact_id: int) -> Sequence[dict[str, Any]]:
    rows: QuerySet[Any] = CampaignRecipient.objects.filter(contact_id=contact_id).order_by("campaign_id")
    return list(rows.values("campaign__name", "skip_reason", "is_held_out", "due_at"))
