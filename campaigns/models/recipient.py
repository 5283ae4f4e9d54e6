"""Whom was a campaign meant for, and what was decided about each?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from campaigns.models.campaign import Campaign
from preferences.models import Contact


class CampaignRecipient(models.Model):
    """One selected person of one campaign. Written once, by freezing; what came of the mail is in the message log.

    No foreign key constraints: to check them would double the time in which a million rows are written.
    """

    pk = models.CompositePrimaryKey("campaign_id", "contact_id")
    campaign = models.ForeignKey(
        Campaign, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="recipients"
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.DO_NOTHING, db_constraint=False, related_name="campaign_recipients"
    )
    skip_reason = models.CharField(max_length=40, db_default="", help_text="Empty: gets it, unless held out.")
    is_held_out = models.BooleanField(db_default=False)
    variant = models.CharField(max_length=16, db_default="", help_text="In a test; empty: the rest.")
    due_at = models.DateTimeField(null=True)
    rank = models.SmallIntegerField(db_default=1, help_text="Lower ones go first.")
    version_id = models.UUIDField(null=True, help_text="Null: of the variant that is chosen.")

    class Meta:
        indexes = [
            # the feeder's order; nobody else is fed
            models.Index(
                fields=["campaign", "due_at", "rank", "contact"], name="recipient_to_feed",
                condition=Q(skip_reason="", is_held_out=False),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"contact {self.contact_id} of campaign {self.campaign_id}"
