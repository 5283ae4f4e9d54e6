"""Which streams are paused as a whole, since when and why?"""

from __future__ import annotations

from config.queues import STREAMS
from notifications.delivery.holds import stream_source
from notifications.delivery.models import Hold


def paused_streams() -> dict[str, Hold]:
    """The holds of paused streams by stream, most urgent first. One query by primary key."""
    sources = {stream_source(stream): stream for stream in STREAMS}
    paused = Hold.objects.filter(pk__in=sources, state=Hold.State.PAUSED)
    found = {sources[hold.source]: hold for hold in paused}
    return {stream: found[stream] for stream in STREAMS if stream in found}
