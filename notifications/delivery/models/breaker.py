"""Which accounts are left alone for a while, and for which stream?"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from config.queues import Stream
from notifications.delivery.models.provider import Provider


class Breaker(models.Model):
    """The circuit breaker of one account in one stream; without a row it is closed. `breakers.py` alone writes it."""

    class State(models.TextChoices):
        CLOSED = "closed", "Closed"  # mail flows
        OPEN = "open", "Open"  # no mail until `open_until`
        HALF_OPEN = "half_open", "Half open"  # a few mails probe whether it works again

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="breakers")
    stream = models.CharField(max_length=16, choices=Stream.choices)
    state = models.CharField(max_length=16, choices=State.choices, default=State.CLOSED)
    reason = models.CharField(max_length=64, blank=True, help_text="Why it opened: failures, no_connection, refused.")
    answer = models.CharField(max_length=200, blank=True, help_text="What the provider said, redacted.")
    openings = models.PositiveSmallIntegerField(default=0, help_text="In a row; each waits twice as long.")
    opened_at = models.DateTimeField(null=True)
    open_until = models.DateTimeField(null=True, help_text="Probed from then on; a probe is under way until then.")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "stream"], name="breaker_once")]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.stream}: {self.state}"


class DomainPause(models.Model):
    """A recipient domain that blocks one of our accounts: its mail goes by another account or waits."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="domain_pauses")
    recipient_domain = models.CharField(max_length=254)
    until = models.DateTimeField()
    code = models.CharField(max_length=64, blank=True)
    answer = models.CharField(max_length=500, blank=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "recipient_domain"], name="domain_pause_once")]

    def __str__(self) -> str:
        return f"{self.recipient_domain} by {self.provider_id}"
