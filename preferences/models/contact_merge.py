"""Which contacts turned out to be the same person?"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from preferences.models.contact import Contact


class ContactMerge(models.Model):
    """One contact that went up in another. Its row stays as an empty shell, to which its mails and events belong."""

    loser = models.OneToOneField(Contact, on_delete=models.PROTECT, primary_key=True, related_name="merge")
    winner = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="merges")
    taken = models.JSONField(default=list, help_text="Which values were taken over, by name.")
    sealed_traces = models.BinaryField(
        null=True, editable=False, help_text="By what the loser was known, sealed, for the erasure of the winner."
    )
    merged_by = models.BigIntegerField(null=True, help_text="The member of staff, by id.")
    merged_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"contact {self.loser_id} in {self.winner_id}"
