"""Who signed up, never confirmed, and is nobody else to us? Looked through every hour."""

from __future__ import annotations

from config import clock
from notifications.notifications import SIGN_UP_REQUESTED
from preferences.sign_up_forgetting import find_late, forget_late
from preferences.sign_up_limits import purge_counts
from tracking.models import Event

BATCH = 500


def forget_unconfirmed() -> int:
    """Forget what can no longer be confirmed, with the counts that are over; return of how many people."""
    at = clock.now()
    purge_counts(at=at)
    people = find_late(at=at, limit=BATCH)
    of_other_things = Event.objects.filter(contact_id__in=people).exclude(name=SIGN_UP_REQUESTED)
    known = set(of_other_things.values_list("contact_id", flat=True))
    for contact_id in people:
        forget_late(contact_id, is_known=contact_id in known, at=at)
    return len(people)
