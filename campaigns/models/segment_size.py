"""How many people has a segment had, day by day?"""

from __future__ import annotations

from django.db import models

from campaigns.models.segment import Segment


class SegmentSize(models.Model):
    """What was counted on one day (UTC). A day on which counting failed has no row."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="sizes", db_index=False)
    day = models.DateField()
    people = models.PositiveIntegerField()

    class Meta:
        ordering = ["segment", "day"]
        constraints = [models.UniqueConstraint(fields=["segment", "day"], name="segment_size_once")]

    def __str__(self) -> str:
        return f"segment {self.segment_id} on {self.day}: {self.people}"
