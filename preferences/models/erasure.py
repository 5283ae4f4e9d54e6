"""Who was erased, and is everything about them gone yet?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from preferences.models.contact import Contact


class Erasure(models.Model):
    """One erased contact. Mail ended with the row's own transaction; what is stored elsewhere goes batch by batch."""

    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, primary_key=True, related_name="erasure")
    source = models.CharField(max_length=64, help_text='Who asked: "preference page", "console", "command".')
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="When it is looked through again; empty once all is gone.")
    sealed_traces = models.BinaryField(
        null=True, editable=False, help_text="What is still to be looked for, sealed; gone as soon as all is gone."
    )
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="erasure_due", condition=Q(due_at__isnull=False))]

    def __str__(self) -> str:
        return f"erasure of contact {self.contact_id}"
