"""What did a person choose?"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from preferences.models.contact import Contact
from preferences.models.topic import Topic


class Choice(models.Model):
    """One wish of one contact; the most specific wins: type+channel, type, topic+channel, topic, channel, all."""

    class Frequency(models.TextChoices):
        IMMEDIATE = "immediate", "At once"
        DAILY = "daily", "Once a day"
        WEEKLY = "weekly", "Once a week"
        NEVER = "never", "Never"

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="choices")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, null=True, blank=True)
    type_key = models.CharField(max_length=64, blank=True, help_text="A notification type; empty for a whole topic.")
    channel = models.CharField(max_length=16, blank=True, help_text="Empty: whatever the channel.")
    frequency = models.CharField(max_length=16, choices=Frequency.choices)
    source = models.CharField(max_length=64, blank=True, help_text="Where the wish was expressed.")
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "topic", "type_key", "channel"], name="choice_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.type_key or self.topic or 'everything'}: {self.frequency}"
