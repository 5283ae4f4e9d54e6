"""Is all work done, or does nothing move any more?"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import Error, connection
from django.db.models import Count

from notifications.delivery.models import Outbox
from tracking.models import Event

_TICK_SECONDS = 0.25
#: Longer than a lease: what a killed host held moves only when that has run out.
STALLED_SECONDS = 150.0

State = dict[str, int]


def await_end(*, with_unknown: bool, say: Callable[[str], None], stalled_after: float = STALLED_SECONDS) -> bool:
    """Return True once nothing waits, `unknown` included if `with_unknown`; False when for long nothing has moved."""
    before: State = {}
    moved_at = time.monotonic()
    while time.monotonic() - moved_at < stalled_after:
        left = look()
        if left is not None and left != before:
            before, moved_at = left, time.monotonic()
            say(f"left: {', '.join(f'{number} {state}' for state, number in sorted(left.items())) or 'nothing'}")
        if left is not None and not (left if with_unknown else left.keys() - {"unknown"}):
            return True
        time.sleep(_TICK_SECONDS)
    return False


def look() -> State | None:
    """What waits, by state; None while the database does not answer."""
    try:
        # In this order: an event leaves the first as its mails enter the second, in one transaction.
        unrouted = Event.objects.filter(routed_at=None, state=Event.State.ACCEPTED).count()
        waiting = dict(Outbox.objects.values_list("state").annotate(number=Count("pk")))
    except Error:
        connection.close()
        return None
    return {**waiting, **({"unrouted": unrouted} if unrouted else {})}
