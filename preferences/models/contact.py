"""Who is the person that mail goes to?"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Contact(models.Model):
    """A person mail goes to. The row is also the lock where senders and unsubscribers meet (see `facts.gather`)."""

    email = models.EmailField(max_length=254, blank=True, help_text="As the person wrote it; empty once erased.")
    address = models.CharField(
        max_length=254, unique=True, null=True, editable=False, help_text="Normalised e-mail; null once erased."
    )
    address_digest = models.BinaryField(max_length=16, editable=False, help_text="Keyed digest; survives erasure.")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="postrider_contact"
    )
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    locale = models.CharField(max_length=16, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    is_tracking_allowed = models.BooleanField(default=True, db_default=True)
    paused_until = models.DateTimeField(null=True, blank=True, help_text="No news before this time.")
    last_opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_clicked_at = models.DateTimeField(null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["address_digest"]), models.Index(fields=["-created_at", "-id"])]

    def __str__(self) -> str:
        return self.email or f"erased contact {self.pk}"

    @property
    def name(self) -> str:
        """First and last name, or the empty string."""
        return f"{self.first_name} {self.last_name}".strip()
