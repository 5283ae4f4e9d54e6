"""When may nobody be written to, and how often at most?"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from config.queues import Stream
from preferences.models.topic import Topic


def _news() -> list[str]:
    return [Stream.NOTIFICATION.value, Stream.MARKETING.value]


def _every_day() -> list[int]:
    return list(range(7))


class QuietHours(models.Model):
    """A rule of the company about times of the person's own day. Critical and transactional mail is exempt."""

    class Kind(models.TextChoices):
        QUIET = "quiet", "Nothing between"
        OPEN = "open", "Only between"

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.QUIET)
    streams = ArrayField(models.CharField(max_length=16, choices=Stream.choices), default=_news)
    days = ArrayField(
        models.PositiveSmallIntegerField(), default=_every_day, help_text="Days that it begins on; 0 is Monday."
    )
    starts = models.TimeField()
    ends = models.TimeField(help_text="Before the start: on the next day. The same: the whole day.")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "quiet hours"

    def __str__(self) -> str:
        return self.name


class FrequencyCap(models.Model):
    """At most so many mails to a person in a period. Critical and transactional mail neither counts nor waits."""

    class Period(models.TextChoices):
        DAY = "day", "Day"
        WEEK = "week", "Week"
        MONTH = "month", "Month"  # rolling: 30 days

    name = models.CharField(max_length=120)
    streams = ArrayField(models.CharField(max_length=16, choices=Stream.choices), default=_news)
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, null=True, blank=True, help_text="Empty: all of them.")
    most = models.PositiveSmallIntegerField()
    period = models.CharField(max_length=8, choices=Period.choices, default=Period.WEEK)
    is_calendar = models.BooleanField(
        default=False, help_text="Counted by the calendar in the person's time zone; else over the last 1, 7, 30 days."
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CapUse(models.Model):
    """A place in a person's caps, taken by a mail that is being or was sent; given back when nobody accepted it."""

    message_id = models.UUIDField(primary_key=True)
    contact_id = models.BigIntegerField()
    stream = models.CharField(max_length=16)
    topic_key = models.CharField(max_length=64, blank=True)
    used_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["contact_id", "used_at"]), models.Index(fields=["used_at"])]

    def __str__(self) -> str:
        return str(self.message_id)
