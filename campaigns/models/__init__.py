"""Which rows answer "whom do we choose, when, and did it work?"."""

from campaigns.models.segment import Segment
from campaigns.models.segment_size import SegmentSize

__all__ = ["Segment", "SegmentSize"]
