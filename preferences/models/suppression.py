"""Which addresses must not be mailed?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from preferences.models.contact import Contact
from preferences.models.suppression_list import SuppressionList


class Suppression(models.Model):
    """An address that must not be mailed. Written by `preferences.suppression` alone; lifted, never deleted."""

    class Scope(models.TextChoices):
        ALL = "all", "All mail"  # the mailbox does not exist, or a person said so
        MARKETING = "marketing", "Marketing only"  # complained, or wants no marketing
        SMS = "sms", "Text messages"  # of a phone number that takes none; see preferences.numbers

    class Reason(models.TextChoices):
        HARD_BOUNCE = "hard_bounce", "Hard bounce"
        COMPLAINT = "complaint", "Spam complaint"
        UNSUBSCRIBE = "unsubscribe", "Unsubscribed from everything"
        SOFT_BOUNCES = "soft_bounces", "Repeated soft bounces"
        IMPORT = "import", "Imported"
        MANUAL = "manual", "Added by hand"
        ERASED = "erased", "Erased on request"

    address_digest = models.BinaryField(max_length=16, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, related_name="suppressions")
    scope = models.CharField(max_length=16, choices=Scope.choices)
    reason = models.CharField(max_length=16, choices=Reason.choices)
    detail = models.CharField(max_length=200, blank=True, help_text="Evidence, without addresses.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    list = models.ForeignKey(
        SuppressionList, on_delete=models.SET_NULL, null=True, editable=False, related_name="suppressions",
        db_index=False, help_text="The list it was imported from.",
    )  # fmt: skip
    created_by = models.BigIntegerField(null=True, editable=False, help_text="The member of staff, by id.")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.BigIntegerField(null=True, editable=False, help_text="The member of staff, by id.")
    lift_note = models.CharField(max_length=200, blank=True, help_text="Why it was lifted, without addresses.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address_digest", "scope"], condition=Q(lifted_at=None), name="suppression_active_once"
            )
        ]
        indexes = [
            models.Index(fields=["-created_at"]),
            models.Index(fields=["list", "id"], name="suppression_of_list", condition=Q(list__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.get_scope_display()})"
