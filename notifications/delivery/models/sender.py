"""Who is mail from, and may that domain send?"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from config.queues import Stream


class Sender(models.Model):
    """The identity of a stream; without a row, POSTRIDER_SENDERS in the settings says it."""

    stream = models.CharField(max_length=16, choices=Stream.choices, primary_key=True)
    name = models.CharField(max_length=120, blank=True)
    address = models.EmailField(max_length=254)
    reply_to = models.EmailField(max_length=254, blank=True)

    class Meta:
        ordering = ["stream"]

    def __str__(self) -> str:
        return f"{self.stream}: {self.address}"


class SenderDomain(models.Model):
    """What DNS says of a domain that mail is from, as last looked up."""

    class Verdict(models.TextChoices):
        UNCHECKED = "unchecked", "Not checked yet"
        FIT = "fit", "Fit for marketing"
        UNFIT = "unfit", "Not fit for marketing"  # SPF, DKIM or DMARC is missing or not aligned

    domain = models.CharField(max_length=254, primary_key=True)
    dkim_selectors = ArrayField(models.CharField(max_length=63), default=list, blank=True)
    verdict = models.CharField(max_length=16, choices=Verdict.choices, default=Verdict.UNCHECKED)
    findings = models.JSONField(default=list, blank=True, help_text="One a record: what was found, what to add.")
    checked_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["domain"]

    def __str__(self) -> str:
        return self.domain
