"""How often did it happen? Counts of mails by cause, kind and property, kept up to date by `tracking.figures`."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Figure(models.Model):
    """What became of the mails of one cohort (those created in one hour), one source and one type.

    `axis` says by what they are told apart, `value` which of them: ("mailbox", "gmail"), ("hour", "2026-11-28T16").
    Axes are counted each for itself. `source` is empty for mails that single events caused.
    """

    class Axis(models.TextChoices):
        ALL = "all", "All"
        HOUR = "hour", "Hour in which it happened"
        MAILBOX = "mailbox", "Mailbox provider"
        DEVICE = "device", "Device"
        COUNTRY = "country", "Country"
        LOCALE = "locale", "Language"
        REASON = "reason", "Reason to unsubscribe"
        LINK = "link", "Link"
        CURRENCY = "currency", "Currency"
        REVENUE_DAY = "revenue_day", "Day and currency"

    cohort = models.DateTimeField()
    source = models.CharField(max_length=64, blank=True)
    type_key = models.CharField(max_length=64, blank=True)
    axis = models.CharField(max_length=12, choices=Axis.choices)
    value = models.CharField(max_length=80, blank=True)
    sent = models.BigIntegerField(default=0)
    delivered = models.BigIntegerField(default=0)
    opened = models.BigIntegerField(default=0)
    machine_opened = models.BigIntegerField(default=0)
    clicked = models.BigIntegerField(default=0)
    scanner_clicked = models.BigIntegerField(default=0)
    bounced = models.BigIntegerField(default=0)
    complained = models.BigIntegerField(default=0)
    unsubscribed = models.BigIntegerField(default=0)
    conversions = models.BigIntegerField(default=0)
    revenue = models.BigIntegerField(default=0, help_text="Minor units of the currency in `value`.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cohort", "source", "type_key", "axis", "value"], name="figure_once")
        ]
        indexes = [
            models.Index(fields=["source", "axis"], name="figure_of_source", condition=~Q(source="")),
            models.Index(fields=["type_key", "cohort"], name="figure_of_type"),
        ]

    def __str__(self) -> str:
        return f"{self.source or self.type_key} {self.axis} {self.value}".strip()


class FigureMark(models.Model):
    """Something changed about a mail of this cohort. Only ever inserted, so that nobody waits for anybody."""

    cohort = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.cohort:%Y-%m-%d %H}"


class FigureCohort(models.Model):
    """When a cohort was counted last, how long that took, and when it is counted again."""

    cohort = models.DateTimeField(primary_key=True)
    due_at = models.DateTimeField(null=True, db_default=Now(), help_text="Null: nothing changed since.")
    counted_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0, db_default=0.0)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="figure_due", condition=Q(due_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.cohort:%Y-%m-%d %H}"
