"""Who changed, approved or stopped what?"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class AuditEntry(models.Model):
    """One act of a person (or of the clock). Append-only: the database refuses every change.

    The person is kept by id and name, so that an entry outlives the account.
    """

    at = models.DateTimeField(db_default=Now(), editable=False)
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=150, blank=True, help_text="Empty: it happened by itself.")
    subject = models.CharField(max_length=64, help_text='What it was done to: "campaign:42".')
    subject_name = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=64)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["subject", "-id"])]

    def __str__(self) -> str:
        return f"{self.subject}: {self.action}"
