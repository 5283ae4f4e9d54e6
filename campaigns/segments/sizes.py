"""How does a segment's size go over time? Counted once a day, kept for two years."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from campaigns.models import Segment, SegmentSize
from campaigns.segments.faults import BadRule
from campaigns.segments.running import PATIENT_SECONDS, TooSlow, count_people

logger = logging.getLogger("postrider.segments")

KEPT_DAYS = 730
SHOWN_DAYS = 30


def record_sizes(*, at: datetime) -> int:
    """Count each segment that has no size of today yet; return how many were counted."""
    today = at.astimezone(UTC).date()
    SegmentSize.objects.filter(day__lt=today - timedelta(days=KEPT_DAYS)).delete()
    waiting = Segment.objects.filter(archived_at=None).exclude(sizes__day=today)
    return sum(_record(segment, today, at=at) for segment in waiting)


def _record(segment: Segment, today: date, *, at: datetime) -> bool:
    try:
        size = count_people(segment.rule, at=at, inside=(segment.pk,), seconds=PATIENT_SECONDS)
    except (BadRule, TooSlow) as error:
        logger.warning("segment %s was not counted: %s", segment.pk, error)
        return False
    note_size(segment, size.count, today)
    return True


def note_size(segment: Segment, people: int, today: date) -> None:
    """Keep what was counted today; the newest count of a day stays."""
    SegmentSize.objects.update_or_create(segment=segment, day=today, defaults={"people": people})


def read_sizes(segments: Iterable[Segment], *, today: date, days: int = SHOWN_DAYS) -> dict[int, list[SegmentSize]]:
    """The sizes of the last days by segment id, oldest first."""
    found: dict[int, list[SegmentSize]] = {segment.pk: [] for segment in segments}
    rows = SegmentSize.objects.filter(segment_id__in=found, day__gt=today - timedelta(days=days))
    for row in rows.order_by("segment_id", "day"):
        found[row.segment_id].append(row)
    return found
