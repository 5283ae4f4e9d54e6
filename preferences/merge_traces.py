"""When somebody is erased, what becomes of the contacts that were merged into them? They are erased as well."""

from __future__ import annotations

from django.db.models import Q

from config import clock
from preferences.holdings import Holding, Traces, register_holding
from preferences.models import ContactMerge, Erasure, Suppression


def register() -> None:
    """Have shells followed when their winner is erased."""
    register_holding(Holding(name="merged contacts", erase=_erase))


def _erase(traces: Traces, limit: int) -> int:
    """Each shell gets an erasure of its own, with what it was known by; and its address is suppressed for good."""
    merges = ContactMerge.objects.filter(Q(winner_id=traces.contact_id), sealed_traces__isnull=False)
    found = list(merges.select_related("loser").order_by("pk")[:limit])
    at = clock.now()
    for merge in found:
        Erasure.objects.update_or_create(
            contact=merge.loser,
            defaults={"source": "merged", "requested_at": at, "due_at": at, "finished_at": None,
                      "sealed_traces": merge.sealed_traces},
        )  # fmt: skip
        Suppression.objects.get_or_create(
            address_digest=bytes(merge.loser.address_digest), scope=Suppression.Scope.ALL, lifted_at=None,
            defaults={"contact": merge.loser, "reason": Suppression.Reason.ERASED},
        )  # fmt: skip
        merge.sealed_traces = None
        merge.save(update_fields=["sealed_traces"])
    return len(found)
