"""Which rows answer "whom do we choose, when, and did it work?"."""

from campaigns.models.audit_entry import AuditEntry
from campaigns.models.campaign import Campaign, CampaignRun
from campaigns.models.recipient import CampaignRecipient
from campaigns.models.segment import Segment
from campaigns.models.segment_size import SegmentSize

__all__ = ["AuditEntry", "Campaign", "CampaignRecipient", "CampaignRun", "Segment", "SegmentSize"]
