"""May a contact go up in another one now? Not while mail to it is on its way: it would not leave any more."""

from __future__ import annotations

from notifications.delivery.models import Outbox
from notifications.routing.models import Digest
from preferences.merging import register_merge_guard


def register() -> None:
    """Be asked before two contacts become one."""
    register_merge_guard(tell_waiting)


def tell_waiting(contact_id: int) -> str:
    """Why not, in words for staff; "" where nothing waits."""
    if Outbox.objects.filter(contact_id=contact_id).exists():
        return "Mail to the one that goes is on its way, or waits for its time. Try again when it has left."
    if Digest.objects.filter(contact_id=contact_id, state=Digest.State.OPEN).exists():
        return "A digest of the one that goes is being gathered. Try again when it has left."
    return ""
