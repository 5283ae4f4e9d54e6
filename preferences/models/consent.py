"""What did a person agree to, in which words, when and how?"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from preferences.models.contact import Contact
from preferences.models.topic import Topic


class ConsentWording(models.Model):
    """One version of a text that people agree to. Never changed: a new text is a new version."""

    key = models.SlugField(max_length=64, help_text="Names the text through its versions.")
    version = models.PositiveIntegerField()
    locale = models.CharField(max_length=16, default="en")
    text = models.TextField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["key", "-version"]
        constraints = [models.UniqueConstraint(fields=["key", "version", "locale"], name="consent_wording_once")]

    def __str__(self) -> str:
        return f"{self.key}@{self.version} ({self.locale})"


class ConsentRecord(models.Model):
    """One entry of the ledger. Append-only: the database refuses changes, but for an address of the network erased."""

    class Action(models.TextChoices):
        ASKED = "asked", "Asked for it"  # signed up; counts once confirmed
        CONFIRMED = "confirmed", "Confirmed"  # by a button on the page of the confirmation mail
        GRANTED = "granted", "Granted"  # on the preference page, by staff, by an import with its source
        WITHDRAWN = "withdrawn", "Withdrawn"

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="consents")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, help_text="Empty: everything.")
    action = models.CharField(max_length=16, choices=Action.choices)
    wording = models.ForeignKey(ConsentWording, on_delete=models.PROTECT, null=True)
    source = models.CharField(max_length=64, help_text='Where: "form:newsletter", "preference page", "import:12".')
    ip = models.GenericIPAddressField("IP", null=True, help_text="Of the person's browser; emptied by an erasure.")
    occurred_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["contact", "-id"])]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.topic or 'everything'}"
