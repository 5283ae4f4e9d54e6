"""Which mails are there, and how far did each get?"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Now

from config.ids import new_id
from config.queues import Stream
from preferences.models import Contact
from tracking.models.event import Event

_ASIDE = ("retrying", "deferred", "unknown", "skipped", "failed", "dead", "cancelled", "expired")


class Message(models.Model):
    """One mail to one contact: a row of the message log. `tracking.lifecycle` alone moves `state`."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"  # waits for its due time and a worker
        CLAIMED = "claimed", "Claimed"  # a worker holds a lease on it; provably not sent
        SENDING = "sending", "Sending"  # committed just before the provider is called
        SENT = "sent", "Sent"  # the provider accepted it
        DELIVERED = "delivered", "Delivered"  # the recipient's server accepted it
        RETRYING = "retrying", "Retrying"  # a passing fault; tried again at its due time
        DEFERRED = "deferred", "Deferred"  # held back until a time, for a reason of ours or the domain's
        UNKNOWN = "unknown", "Unknown"  # the provider may or may not have it; only evidence settles it
        SKIPPED = "skipped", "Skipped"  # a rule forbade it: preference, suppression, pause …
        FAILED = "failed", "Failed"  # refused for good: this message or this mailbox
        DEAD = "dead", "Dead letter"  # given up after its tries, or poison; can be replayed
        CANCELLED = "cancelled", "Cancelled"  # withdrawn before it was sent
        EXPIRED = "expired", "Expired"  # not sent in time to be of use

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="messages")
    event = models.ForeignKey(Event, on_delete=models.SET_NULL, null=True, related_name="messages", db_index=False)
    source = models.CharField(max_length=64, help_text='What caused it: "event:<id>", "campaign:42".')
    type_key = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=16, default="email")
    part = models.CharField(max_length=64, blank=True, help_text="Tells mails of one cause to one person apart.")
    stream = models.CharField(max_length=16, choices=Stream.choices)
    topic_key = models.CharField(max_length=64, blank=True)
    template_ref = models.CharField(max_length=80, blank=True, help_text='Template and version: "welcome@3".')
    template_version_id = models.UUIDField(null=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    # No index may name `state` itself: then no row could be marked sent where it lies (a heap-only update), and a
    # campaign would pay for every index of the table.
    aside = models.GeneratedField(
        expression=Case(When(state__in=_ASIDE, then=F("state"))),
        output_field=models.CharField(max_length=16, null=True),
        db_persist=True,
        help_text="The state of mails that did not simply go through, for finding them.",
    )
    state_at = models.DateTimeField(db_default=Now())
    reason = models.CharField(max_length=64, blank=True, help_text="Reason code of the state.")
    trail = models.JSONField(default=list, help_text="Compact decisions: [step, reason] pairs.")
    recipient_domain = models.CharField(max_length=254, blank=True)
    provider = models.CharField(max_length=64, blank=True, help_text="Account key of the provider that has it.")
    provider_message_id = models.CharField(max_length=200, blank=True)
    call_ids = ArrayField(models.UUIDField(), default=list, help_text="The calls that carried it, oldest first.")
    is_possibly_doubled = models.BooleanField(default=False, db_default=False)
    generation = models.PositiveSmallIntegerField(default=1, db_default=1, help_text="Grows with each replay.")
    due_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)
    complained_at = models.DateTimeField(null=True)
    unsubscribed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "type_key", "contact", "channel", "part"], name="message_once")
        ]
        indexes = [
            models.Index(fields=["contact", "-id"]),
            models.Index(fields=["event"], name="message_of_event", condition=Q(event__isnull=False)),
            models.Index(fields=["aside", "-id"], name="message_aside", condition=Q(aside__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.type_key or self.source} ({self.state})"
