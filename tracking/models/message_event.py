"""What became of a mail after it was handed over?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from config.ids import new_id
from tracking.models.message import Message


class MessageEvent(models.Model):
    """One fact about one mail. Append-only and partitioned by month on its id, whose time is that of the fact."""

    class Kind(models.TextChoices):
        SENT = "sent", "Sent"
        DELIVERED = "delivered", "Delivered"
        DEFERRED = "deferred", "Deferred by the recipient's server"
        BOUNCED = "bounced", "Bounced"
        SOFT_BOUNCED = "soft_bounced", "Bounced for now"
        REJECTED = "rejected", "Refused by the provider"
        COMPLAINED = "complained", "Reported as spam"
        OPENED = "opened", "Opened"
        CLICKED = "clicked", "Clicked"
        UNSUBSCRIBED = "unsubscribed", "Unsubscribed"
        RESUBSCRIBED = "resubscribed", "Subscribed again"
        RETRYING = "retrying", "Will be tried again"
        UNKNOWN = "unknown", "Outcome unknown"
        FAILED = "failed", "Failed"
        OTHER = "other", "Other"  # a kind this version does not know; the receipt holds the raw event

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    provider = models.CharField(max_length=64, blank=True, help_text="Account key; empty for our own tracking.")
    is_machine = models.BooleanField(default=False)
    machine_reason = models.CharField(max_length=32, blank=True)
    detail = models.JSONField(default=dict, help_text="Codes, link number, user agent; never an address.")

    class Meta:
        ordering = ["id"]
        indexes = [
            # What harms an account's name: warm-up and reports ask for it by account and day.
            models.Index(
                fields=["provider", "-id"], name="message_event_harm", condition=Q(kind__in=["bounced", "complained"])
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
