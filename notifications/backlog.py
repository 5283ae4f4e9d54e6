"""What waits to be sent, in which stream, and since when? One cheap look at the small, hot outbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count

from config.queues import STREAMS
from notifications.delivery.models import WorkerBeat
from tracking.models import Event, WebhookReceipt

#: A worker that showed no sign of life for this long is shown as gone.
SILENT_AFTER = timedelta(seconds=30)
MOST_COUNTED = 10_000

_BY_STREAM = (
    "SELECT stream, state, count(*), count(*) FILTER (WHERE due_at <= %(at)s), min(due_at)"
    " FROM notifications_outbox GROUP BY stream, state"
)


@dataclass(slots=True, kw_only=True)
class Lane:
    """One stream's waiting mails; `counts` by outbox state, `oldest` the longest time a due mail waits."""

    stream: str
    counts: dict[str, int] = field(default_factory=dict)
    due: int = 0
    oldest: timedelta | None = None
    events: int = 0

    @property
    def total(self) -> int:
        """All unsettled mails of the stream."""
        return sum(self.counts.values())

    @property
    def others(self) -> list[tuple[str, int]]:
        """The states beside queued, in the order of a mail's way, with their counts."""
        return [
            (state, self.counts.get(state, 0)) for state in ("claimed", "sending", "retrying", "deferred", "unknown")
        ]


def read_lanes(*, at: datetime) -> list[Lane]:
    """All streams, most urgent first. Two queries: the outbox, and the events that wait to be routed."""
    lanes = {stream: Lane(stream=stream) for stream in STREAMS}
    with connection.cursor() as cursor:
        cursor.execute(_BY_STREAM, {"at": at})
        for stream, state, count, due, first_due in cursor.fetchall():
            if stream in lanes:
                _add(lanes[stream], state, count=count, due=due, first_due=first_due, at=at)
    for stream, count in _waiting_events().items():
        if stream in lanes:
            lanes[stream].events = count
    return list(lanes.values())


def _add(lane: Lane, state: str, *, count: int, due: int, first_due: datetime, at: datetime) -> None:
    lane.counts[state] = count
    if state in {"queued", "retrying", "deferred"} and due:
        lane.due += due
        lane.oldest = max(lane.oldest or timedelta(), at - first_due)


def _waiting_events() -> dict[str, int]:
    waiting = Event.objects.filter(routed_at=None, state=Event.State.ACCEPTED).values("stream")
    return dict(waiting.annotate(waiting=Count("pk")).values_list("stream", "waiting"))


def count_receipts() -> int:
    """Reports of providers and readers that wait to be worked off; counted up to 10,000."""
    return WebhookReceipt.objects.filter(processed_at=None)[:MOST_COUNTED].count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A worker process and how long ago it showed a sign of life."""

    beat: WorkerBeat
    age: timedelta

    @property
    def is_alive(self) -> bool:
        return self.age <= SILENT_AFTER


def read_workers(*, at: datetime) -> list[Worker]:
    """All workers that are known, the silent ones too."""
    return [Worker(beat=beat, age=max(at - beat.beat_at, timedelta())) for beat in WorkerBeat.objects.all()]
