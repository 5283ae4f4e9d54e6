"""How much may a young account send today?"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from notifications.delivery.models.provider import Provider

#: Mails a day, from the first day on.
DEFAULT_STEPS = (
    50, 100, 250, 500, 1_000, 2_500, 5_000, 7_500, 10_000, 15_000, 20_000, 30_000, 40_000, 55_000, 70_000, 100_000,
)  # fmt: skip


def default_steps() -> list[int]:
    """A fresh copy of the default plan."""
    return list(DEFAULT_STEPS)


class WarmupPlan(models.Model):
    """The growing daily ceiling of one account for one From domain. A day counts only if mail was sent on it."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="warmup_plans")
    from_domain = models.CharField(max_length=254)
    steps = ArrayField(models.PositiveIntegerField(), default=default_steps)
    step = models.PositiveSmallIntegerField(default=0, help_text="Index of today's ceiling in `steps`.")
    is_active = models.BooleanField(default=True)
    held_reason = models.CharField(max_length=64, blank=True, help_text="Why the ceiling does not grow: bounces …")
    started_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "from_domain"], name="warmup_plan_once")]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.from_domain}"


class WarmupDay(models.Model):
    """What a plan allowed on one day (UTC) and what was sent."""

    plan = models.ForeignKey(WarmupPlan, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    ceiling = models.PositiveIntegerField()
    sent = models.PositiveIntegerField(default=0)
    bounced = models.PositiveIntegerField(default=0)
    complained = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["plan", "day"], name="warmup_day_once")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.day}: {self.sent}/{self.ceiling}"
