"""What does rendering and judging a mail need, wherever it waits?"""

from __future__ import annotations

from django.db import models


class WaitingMail(models.Model):
    """The columns that a mail takes along from the outbox to the dead letters and back."""

    contact_id = models.BigIntegerField()
    channel = models.CharField(max_length=16, default="email", db_default="email")
    stream = models.CharField(max_length=16)
    priority = models.PositiveSmallIntegerField(default=50)
    expires_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Rounds of calls made.")
    generation = models.PositiveSmallIntegerField(default=1, db_default=1, help_text="Grows with each replay.")
    source = models.CharField(max_length=64)
    type_key = models.CharField(max_length=64, blank=True)
    topic_key = models.CharField(max_length=64, blank=True)
    is_topic_default_on = models.BooleanField(default=True)
    is_required = models.BooleanField(default=False)
    is_tracked = models.BooleanField(default=True)
    on_unknown = models.CharField(max_length=16, default="give_up")
    beyond_cap = models.CharField(
        max_length=8, default="defer", db_default="defer", help_text="What becomes of it beyond a frequency cap."
    )
    order_key = models.CharField(max_length=128, blank=True, help_text="Mails of one key leave one after the other.")
    template_version_id = models.UUIDField()
    payload = models.JSONField(default=dict)
    secrets = models.BinaryField(null=True)

    class Meta:
        abstract = True


#: Their names, for the statements that move a row from one table to another.
WAITING_COLUMNS: tuple[str, ...] = tuple(field.attname for field in WaitingMail._meta.local_fields)
