"""What did a person receive, for the person's own eyes?"""

from __future__ import annotations

from preferences.history import Received
from tracking.models import Message


def read_history(contact_id: int, limit: int) -> list[Received]:
    """The newest messages that left for a contact; walks the index of the contact's messages from its end."""
    rows = Message.objects.filter(contact_id=contact_id, sent_at__isnull=False).order_by("-id")
    fields = ("sent_at", "type_key", "topic_key", "channel", "bounced_at")
    return [
        Received(sent_at=sent_at, type_key=type_key, topic_key=topic_key, channel=channel, has_bounced=bool(bounced_at))
        for sent_at, type_key, topic_key, channel, bounced_at in rows.values_list(*fields)[:limit]
        if sent_at is not None
    ]
