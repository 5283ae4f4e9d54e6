"""Where can a developer look at what a purchase set off?"""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.urls import reverse


def mails_url(address: str) -> str:
    """The simulator's inbox, narrowed to one address; empty in production, which has none."""
    if settings.POSTRIDER_ENV == "production":
        return ""
    return f"{settings.POSTRIDER_SIMULATOR_URL}/inbox?{urlencode({'q': address})}"


def log_url(address: str) -> str:
    """The message log (staff only), narrowed to one address; empty in production, where visitors are no developers."""
    if settings.POSTRIDER_ENV == "production":
        return ""
    return f"{reverse('notifications:messages')}?{urlencode({'q': address})}"


def why_url(event_id: UUID) -> str:
    """What was decided about an event, step by step (staff only)."""
    return reverse("notifications:why-event", args=[event_id])
