"""What is to be sent to whom, when, and how far has it been decided?"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from config.queues import Stream
from notifications.models import Template
from preferences.models import Topic


class Campaign(models.Model):
    """One mailing to many, as people write and approve it. `campaigns.sending.states` alone moves `state`."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"  # being written
        IN_REVIEW = "in_review", "In review"  # waits for a second person
        SCHEDULED = "scheduled", "Scheduled"  # approved; begins by itself
        REPEATING = "repeating", "Repeating"  # approved; makes a child for each window
        MISSED = "missed", "Missed"  # nobody began it in time; asks what to do
        FREEZING = "freezing", "Freezing"  # its recipients are being written down
        SENDING = "sending", "Sending"  # recipients become messages
        PAUSED = "paused", "Paused"  # nothing leaves until somebody resumes it
        FINISHED = "finished", "Finished"  # everybody is accounted for
        CANCELLED = "cancelled", "Cancelled"  # stopped for good

    class Schedule(models.TextChoices):
        NOW = "now", "As soon as it is approved"
        AT = "at", "At a time"
        LOCAL = "local", "At a time of each person's own day"
        RECURRING = "recurring", "Again and again"

    class LateZone(models.TextChoices):
        NEXT_DAY = "next_day", "the next day at that time"
        AT_ONCE = "at_once", "at once"

    class Metric(models.TextChoices):
        CLICKS = "clicks", "People who click"
        CONVERSIONS = "conversions", "People who convert"
        REVENUE = "revenue", "Revenue a person"

    class Ending(models.TextChoices):
        BY_ITSELF = "by_itself", "By itself, or A if there is none"
        WINNER_ONLY = "winner_only", "By itself, or somebody is asked"
        ASK = "ask", "Somebody is asked"

    name = models.CharField(max_length=120)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="windows",
        help_text="The repeating campaign that made it.",
    )  # fmt: skip
    window_at = models.DateTimeField(null=True, editable=False)
    stream = models.CharField(max_length=16, default=Stream.MARKETING.value, editable=False)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, blank=True, related_name="campaigns")
    template = models.ForeignKey(Template, on_delete=models.PROTECT, null=True, blank=True, related_name="campaigns")
    versions = models.JSONField(default=dict, help_text="Pinned at approval: locale -> template version.")
    variants = models.JSONField(default=list, help_text="Own subjects and contents; see campaigns.variants.plan.")
    variant_versions = models.JSONField(default=dict, help_text="Pinned likewise, of variants after the first.")
    test_percent = models.PositiveSmallIntegerField(default=20, help_text="So many of a hundred take part in the test.")
    test_metric = models.CharField(max_length=16, choices=Metric.choices, default=Metric.CLICKS)
    test_hours = models.PositiveSmallIntegerField(default=4, help_text="How long it waits before it decides.")
    test_ending = models.CharField(max_length=16, choices=Ending.choices, default=Ending.BY_ITSELF)
    audience = models.JSONField(default=dict, help_text="See campaigns.planning.audience.")
    holdout_percent = models.PositiveSmallIntegerField(default=0, help_text="So many of a hundred get nothing.")
    schedule = models.CharField(max_length=16, choices=Schedule.choices, default=Schedule.NOW)
    starts_at = models.DateTimeField(null=True, blank=True, help_text="When it begins.")
    local_date = models.DateField(null=True, blank=True)
    local_time = models.TimeField(null=True, blank=True)
    late_zones = models.CharField(max_length=16, choices=LateZone.choices, default=LateZone.NEXT_DAY)
    cron = models.CharField(
        max_length=100, blank=True, help_text="minute hour day month weekday, in the project's zone"
    )
    clock_zone = models.CharField(
        max_length=64, blank=True, editable=False,
        help_text="Of a repeating one: the project's zone by which `starts_at` was reckoned.",
    )  # fmt: skip
    throttle_per_hour = models.PositiveIntegerField(null=True, blank=True)
    canary_size = models.PositiveIntegerField(null=True, blank=True, help_text="So many go first, on trial.")
    canary_minutes = models.PositiveIntegerField(default=30, help_text="How long the trial waits for bounces.")
    is_engaged_first = models.BooleanField(default=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.DRAFT)
    state_at = models.DateTimeField(db_default=Now())
    state_reason = models.CharField(max_length=200, blank=True)
    revision = models.PositiveIntegerField(default=1, help_text="Grows with each edit: a stale form is refused.")
    estimate = models.JSONField(default=dict, help_text="The last count of the audience; see campaigns.planning.")
    estimated_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        permissions = [("approve_campaign", "Can approve and send campaigns")]
        constraints = [models.UniqueConstraint(fields=["parent", "window_at"], name="campaign_window_once")]
        indexes = [
            models.Index(
                fields=["starts_at"], name="campaign_at_work",
                condition=Q(state__in=["scheduled", "repeating", "freezing", "sending", "paused", "cancelled"]),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> str:
        """What its messages and its hold call it."""
        return f"campaign:{self.pk}"


class CampaignRun(models.Model):
    """How far the sending of one campaign is. The row is the lock that freezers and feeders meet on."""

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, primary_key=True, related_name="run")
    began_at = models.DateTimeField(help_text="The moment as of which people are selected.")
    # Freezing: contacts up to `last_contact`, done through `frozen_through`.
    is_head_frozen = models.BooleanField(default=False)
    last_contact = models.BigIntegerField()
    frozen_through = models.BigIntegerField(default=0)
    frozen_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict, help_text='Reason -> recipients; "" get it, "holdout" do not.')
    named_twice = models.PositiveIntegerField(default=0, help_text="How often somebody was in one more part.")
    # Feeding: the place in the order (due, rank, contact), how many, and from when on the throttle counts.
    fed = models.PositiveIntegerField(default=0)
    fed_due_at = models.DateTimeField(null=True)
    fed_rank = models.SmallIntegerField(default=-1)
    fed_contact = models.BigIntegerField(default=0)
    credit_at = models.DateTimeField(null=True)
    is_all_fed = models.BooleanField(default=False)
    next_due_at = models.DateTimeField(null=True, help_text="When the next slice may be fed.")
    canary_until = models.DateTimeField(null=True)
    is_canary_passed = models.BooleanField(default=False)
    # A test of variants whose winner goes to the rest: fed, until when it waits, and which one was chosen.
    test_fed_at = models.DateTimeField(null=True)
    test_until = models.DateTimeField(null=True)
    test_asked_at = models.DateTimeField(null=True, help_text="Since when somebody is asked.")
    chosen_variant = models.CharField(max_length=16, blank=True, help_text="What the rest gets.")
    chosen_at = models.DateTimeField(null=True)
    test_verdict = models.JSONField(default=dict, help_text="What was said of the test when it was decided.")
    # Counted now and then; the receipt is what was counted last.
    figures = models.JSONField(default=dict)
    figures_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"run of campaign {self.campaign_id}"

    @property
    def to_get(self) -> int:
        """How many were frozen to get it, so far."""
        return int(self.counts.get("", 0))

    @property
    def selected(self) -> int:
        """How many were selected, whatever came of it."""
        return sum(self.counts.values())
