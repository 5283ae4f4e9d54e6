"""Which workers are alive?"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class WorkerBeat(models.Model):
    """The last sign of life of a worker process; also of the sweeper."""

    name = models.CharField(max_length=80, primary_key=True)
    host = models.CharField(max_length=120)
    pid = models.PositiveIntegerField()
    queues = models.CharField(max_length=120)
    started_at = models.DateTimeField(db_default=Now())
    beat_at = models.DateTimeField(db_default=Now())
    batches = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
