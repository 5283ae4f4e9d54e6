"""Which rule selects people?"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Segment(models.Model):
    """A saved rule that selects contacts; who they are is asked anew each time."""

    name = models.CharField(max_length=120, unique=True)
    description = models.CharField(max_length=300, blank=True)
    rule = models.JSONField(default=dict, help_text="The tree of conditions; see campaigns/segments.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now())
    archived_at = models.DateTimeField(null=True, blank=True, help_text="Put away: kept for what used it.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
