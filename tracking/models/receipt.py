"""What did providers and readers report, exactly as it came?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class WebhookReceipt(models.Model):
    """One reported event, stored raw before anything is done with it; unprocessed rows are the waiting list.

    Its id is derived from the provider's event time and id, so a report that comes again is no new row.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    provider = models.CharField(max_length=64, help_text='Account key; "own" for our links and pixels.')
    kind = models.CharField(max_length=24)
    message_id = models.UUIDField(null=True, help_text="Our message id, when the report names it.")
    provider_message_id = models.CharField(max_length=200, blank=True)
    occurred_at = models.DateTimeField()
    raw = models.JSONField()
    received_at = models.DateTimeField(db_default=Now())
    processed_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True, help_text="Why it could not be used.")

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="receipt_waiting", condition=Q(processed_at=None)),
            # Those that belong to no mail are looked through when somebody is erased.
            models.Index(fields=["id"], name="receipt_problem", condition=~Q(problem="")),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.kind}"
