"""Which events were worth something, and which mail is each put down to?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from preferences.models import Contact
from tracking.models.event import Event
from tracking.models.message import Message


class Conversion(models.Model):
    """An event with a value, and the mail that it is attributed to. `due_at` says when that is decided (again)."""

    class By(models.TextChoices):
        CLICK = "click", "Last click"
        OPEN = "open", "Last open"
        REFUND = "refund", "The purchase that it takes back"

    event = models.OneToOneField(Event, on_delete=models.CASCADE, primary_key=True, related_name="conversion")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="conversions", db_index=False)
    name = models.CharField(max_length=120, help_text="Of the event.")
    amount = models.BigIntegerField(default=0, help_text="Minor units (cents); negative for a refund.")
    currency = models.CharField(max_length=3, blank=True)
    reference = models.CharField(max_length=200, blank=True, help_text="What a refund finds its purchase by.")
    refunds = models.CharField(max_length=120, blank=True, help_text="Name of the event that it takes back.")
    occurred_at = models.DateTimeField()
    click_seconds = models.PositiveIntegerField(help_text="A click may claim it for so long.")
    open_seconds = models.PositiveIntegerField(help_text="An open may claim it for so long.")
    due_at = models.DateTimeField(null=True, db_default=Now(), help_text="Null: decided.")
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="conversions")
    source = models.CharField(max_length=64, blank=True, help_text="Of the message.")
    type_key = models.CharField(max_length=64, blank=True)
    topic_key = models.CharField(max_length=64, blank=True)
    attributed_by = models.CharField(max_length=8, choices=By.choices, blank=True)
    touched_at = models.DateTimeField(null=True, help_text="When the mail was clicked or opened.")

    class Meta:
        indexes = [
            models.Index(fields=["contact", "occurred_at"], name="conversion_of_contact"),
            models.Index(fields=["due_at"], name="conversion_due", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.amount} {self.currency}".strip()
