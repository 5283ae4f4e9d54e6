"""Which mails were given up, and what would it take to send them after all?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notifications.delivery.models.waiting import WaitingMail
from tracking.models import Message


class DeadLetter(WaitingMail):
    """A mail that failed for good or ran out of tries, kept whole so that it can be replayed.

    Secrets stay sealed until the mail expires; after that a replay is refused. A replayed mail leaves this table, a
    discarded one stays without its values.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="dead_letter")
    cause = models.CharField(max_length=64, help_text="Reason code: permanent_recipient, out_of_tries, poison …")
    code = models.CharField(max_length=64, blank=True, help_text="The provider's status or error code.")
    answer = models.CharField(max_length=500, blank=True, help_text="The provider's answer, redacted.")
    provider_key = models.CharField(max_length=64, blank=True)
    recipient_domain = models.CharField(max_length=254, blank=True)
    died_at = models.DateTimeField(db_default=Now())
    discarded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-died_at", "-message"], name="dead_letter_open", condition=Q(discarded_at=None)),
            models.Index(fields=["expires_at"], name="dead_letter_secret", condition=Q(secrets__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} ({self.cause})"
