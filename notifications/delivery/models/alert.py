"""What should a person look at?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Alert(models.Model):
    """Something that needs a person, open until it is mended. `alerts.py` alone writes it."""

    kind = models.CharField(max_length=32, help_text="credentials_refused, breaker_open, blocklisted, dead_letters …")
    subject = models.CharField(max_length=120, help_text="What it is about: an account's key, a domain.")
    text = models.CharField(max_length=500, help_text="What is wrong and what to do, in plain words.")
    raised_at = models.DateTimeField(db_default=Now())
    last_at = models.DateTimeField(db_default=Now())
    count = models.PositiveIntegerField(default=1)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject"], condition=Q(cleared_at=None), name="alert_open_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"
