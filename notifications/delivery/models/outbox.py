"""What is still to be handed over?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notifications.delivery.models.waiting import WaitingMail
from tracking.models import Message


class Outbox(WaitingMail):
    """One unsettled message: small, hot, deleted when settled. Holds the lease, the fence and what rendering needs."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        CLAIMED = "claimed", "Claimed"
        SENDING = "sending", "Sending"
        RETRYING = "retrying", "Retrying"
        DEFERRED = "deferred", "Deferred"
        UNKNOWN = "unknown", "Unknown"

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="outbox")
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    due_at = models.DateTimeField(db_default=Now())
    # Who works on it: every claim raises the fence, and a write with an older fence is refused.
    lease_owner = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    crashes = models.PositiveSmallIntegerField(default=0, help_text="Claims that never ended; three are poison.")
    batch_cap = models.PositiveSmallIntegerField(null=True, help_text="Goes in batches no larger than this.")
    call_id = models.UUIDField(null=True, help_text="The call it is in, while sending or unknown.")
    avoid_provider_id = models.BigIntegerField(null=True, help_text="Tried there last; another one goes first.")
    is_possibly_doubled = models.BooleanField(default=False)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "outbox"
        indexes = [
            models.Index(
                fields=["stream", "channel", "priority", "due_at"],
                name="outbox_due",
                condition=Q(state__in=["queued", "retrying", "deferred"]),
            ),
            models.Index(fields=["lease_until"], name="outbox_leased", condition=Q(state__in=["claimed", "sending"])),
            models.Index(fields=["call_id"], name="outbox_unknown", condition=Q(state="unknown")),
            models.Index(fields=["order_key", "message"], name="outbox_ordered", condition=~Q(order_key="")),
            # what an event caused, so that another one can withdraw it; campaigns' rows need no place in it
            models.Index(fields=["contact_id"], name="outbox_of_type", condition=~Q(type_key="")),
            models.Index(fields=["stream"], name="outbox_suspects", condition=Q(batch_cap__isnull=False)),
            models.Index(fields=["expires_at"], name="outbox_expiring", condition=Q(expires_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} ({self.state})"
