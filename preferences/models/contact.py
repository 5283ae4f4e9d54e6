"""Who is the person that mail goes to?"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, Upper


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
    phone = models.CharField(
        max_length=32, blank=True, db_default="", help_text="For text messages: +49151…; empty once erased."
    )
    attributes = models.JSONField(default=dict, blank=True)
    locale = models.CharField(max_length=16, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    is_unconfirmed = models.BooleanField(
        default=False, db_default=False, help_text="Signed up, and has not confirmed the address: no news yet."
    )
    is_tracking_allowed = models.BooleanField(default=True, db_default=True)
    paused_until = models.DateTimeField(null=True, blank=True, help_text="No news before this time.")
    quiet_from = models.TimeField(null=True, blank=True, help_text="No news from this time of the person's day …")
    quiet_until = models.TimeField(null=True, blank=True, help_text="… until this one; both or neither.")
    most_a_week = models.PositiveSmallIntegerField(null=True, blank=True, help_text="News in seven days; empty: any.")
    last_opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_clicked_at = models.DateTimeField(null=True, blank=True, editable=False)
    # How engaged the person is: points that halve with time, as they stood at `engagement_at`; see engagement.py.
    engagement_points = models.FloatField(default=0, db_default=0, editable=False)
    engagement_at = models.DateTimeField(null=True, editable=False)
    last_engaged_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="The last click or purchase of the person, not of a machine."
    )
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["address_digest"]),
            models.Index(fields=["-created_at", "-id"]),
            # People are found by how a name begins, whatever its case.
            models.Index(OpClass(Upper("first_name"), name="text_pattern_ops"), name="contact_first_name"),
            models.Index(OpClass(Upper("last_name"), name="text_pattern_ops"), name="contact_last_name"),
            # Two with one number may be the same person.
            models.Index(fields=["phone"], name="contact_phone", condition=~Q(phone="")),
            # Few stand so, and nobody should have to look through all others for them.
            models.Index(fields=["-created_at"], name="contact_paused", condition=Q(paused_until__isnull=False)),
            models.Index(fields=["-created_at"], name="contact_unconfirmed", condition=Q(is_unconfirmed=True)),
            models.Index(fields=["-created_at"], name="contact_untracked", condition=Q(is_tracking_allowed=False)),
            models.Index(fields=["-created_at"], name="contact_erased", condition=Q(erased_at__isnull=False)),
            # Who is there at all: segments by events go through people in order without a look at their wide rows.
            models.Index(fields=["id"], name="contact_present", condition=Q(erased_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.email or f"erased contact {self.pk}"

    @property
    def name(self) -> str:
        """First and last name, or the empty string."""
        return f"{self.first_name} {self.last_name}".strip()
