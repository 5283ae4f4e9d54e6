"""What is being sent on purpose not?"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Hold(models.Model):
    """The switch of one source ("campaign:42"). The gate takes the row FOR SHARE, pausing and cancelling update it.

    A source that can be held gets its row, open, before its first message.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        PAUSED = "paused", "Paused"
        CANCELLED = "cancelled", "Cancelled"

    source = models.CharField(max_length=64, primary_key=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    reason = models.CharField(max_length=120, blank=True)
    changed_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.source}: {self.state}"
