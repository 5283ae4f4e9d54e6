"""Which events wait to become one mail?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from config.ids import new_id
from preferences.models import Contact


class Digest(models.Model):
    """One mail in the making for one contact; items join while it is open. Closed once, by compare-and-set."""

    class State(models.TextChoices):
        OPEN = "open", "Open"  # items join
        SENT = "sent", "Handed to delivery"  # one message stands for all items
        DROPPED = "dropped", "Dropped"  # the person did not want it any more when it was due

    class Cadence(models.TextChoices):
        WINDOW = "window", "A window after the first event"
        DAILY = "daily", "Once a day"
        WEEKLY = "weekly", "Once a week"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="digests")
    type_key = models.CharField(max_length=64)
    group_key = models.CharField(max_length=128, blank=True, help_text="Items of one group share a mail.")
    channel = models.CharField(max_length=16, default="email")
    stream = models.CharField(max_length=16)
    cadence = models.CharField(max_length=8, choices=Cadence.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(help_text="A sliding window moves it, up to `latest_at`.")
    latest_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    message_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=64, blank=True, help_text="Reason code when it was dropped.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "type_key", "group_key", "channel"],
                condition=Q(state="open"),
                name="digest_open_once",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], name="digest_due", condition=Q(state="open")),
            models.Index(fields=["contact", "-opened_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.type_key} ({self.state})"


class DigestItem(models.Model):
    """One event's part of a digest; their order is that of their ids."""

    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="items")
    event_id = models.UUIDField()
    payload = models.JSONField(default=dict)
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["digest", "event_id"], name="digest_item_once")]

    def __str__(self) -> str:
        return str(self.event_id)
