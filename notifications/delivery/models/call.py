"""What exactly was handed to a provider, and what did it answer?"""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

from config.ids import new_id
from notifications.delivery.models.provider import Provider


class Call(models.Model):
    """One hand-over, stored before it is made: it is repeated whole from this row or not at all.

    `members` lists, in order, {"m": message id, "a": address, "n": name, "r": region values, "t": personal links,
    "u": unsubscribe address, "o": thread}. Where any value is secret the list is sealed instead. What a person got
    can be shown again from it.
    """

    #: Longest an uncertain call keeps secret values: as long as providers remember idempotency keys.
    SECRETS_KEPT = timedelta(hours=24)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="calls")
    stream = models.CharField(max_length=16)
    channel = models.CharField(max_length=16, default="email", db_default="email")
    template_version_id = models.UUIDField()
    is_tracked = models.BooleanField()
    sender = models.CharField(max_length=300, help_text="The From header.")
    headers = models.JSONField(default=dict, help_text="Headers that all members share.")
    ip_pool = models.CharField(max_length=64, blank=True)
    tag = models.CharField(max_length=64, blank=True)
    members = models.JSONField(null=True)
    sealed_members = models.BinaryField(null=True)
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.provider_id}: {self.size}"


class Attempt(models.Model):
    """One try of a call and its answer. Append-only and partitioned by month on its id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="attempts")
    provider_key = models.CharField(max_length=64)
    stream = models.CharField(max_length=16)
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    kind = models.CharField(max_length=24, help_text='"accepted" or the kind of failure.')
    code = models.CharField(max_length=64, blank=True, help_text="Status or error code.")
    answer = models.CharField(max_length=500, blank=True, help_text="Redacted: no addresses, no bodies.")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["provider_key", "stream", "-id"], name="attempt_of_account")]

    def __str__(self) -> str:
        return f"{self.provider_key} {self.kind}"
