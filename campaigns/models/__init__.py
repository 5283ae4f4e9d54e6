"""Which rows answer "whom do we choose, when, and did it work?"."""

from campaigns.models.segment import Segment

__all__ = ["Segment"]
