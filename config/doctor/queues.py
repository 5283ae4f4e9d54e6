"""Does mail leave in time, or does it pile up?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Min

from config.doctor.findings import Finding, Severity, counted, page
from config.queues import STREAMS, Stream
from notifications.backlog import Lane, read_lanes
from notifications.pauses import paused_streams
from notifications.templatetags.mails import span
from tracking.models import Event, WebhookReceipt

SUBJECT = "Queues"

#: How long a due mail may wait before that is worth a word, and before something must be broken.
PATIENCE: dict[str, tuple[timedelta, timedelta]] = {
    Stream.CRITICAL: (timedelta(seconds=10), timedelta(seconds=60)),
    Stream.TRANSACTIONAL: (timedelta(minutes=1), timedelta(minutes=10)),
    Stream.NOTIFICATION: (timedelta(minutes=10), timedelta(hours=1)),
    Stream.MARKETING: (timedelta(hours=1), timedelta(hours=12)),  # a large campaign keeps to its limits for hours
}
_REPORTS = (timedelta(minutes=1), timedelta(minutes=15))


def find_pauses(at: datetime) -> Iterator[Finding]:
    """Is a whole stream held on purpose?"""
    for stream, hold in paused_streams().items():
        why = f" ({hold.reason})" if hold.reason else ""
        yield Finding(
            severity=Severity.WARNING, subject=SUBJECT, page=page("notifications:queues"),
            what=f"The {stream} stream has been paused for {span(at - hold.changed_at)}{why}: its mail waits.",
            mend="Press Resume under Queues and workers when the reason is gone.",
        )  # fmt: skip


def find_late_mail(at: datetime) -> Iterator[Finding]:
    """How long do due mails wait, stream by stream? Those of a paused stream wait on purpose."""
    paused = paused_streams()
    for lane in read_lanes(at=at):
        warning, broken = PATIENCE[lane.stream]
        if lane.stream not in paused and lane.oldest is not None and lane.oldest >= warning:
            yield _late(lane, lane.oldest, is_broken=lane.oldest >= broken)


def find_late_events(at: datetime) -> Iterator[Finding]:
    """Are events decided about, or do they wait to be routed?"""
    for stream in STREAMS:
        waiting = Event.objects.filter(stream=stream, routed_at=None, state=Event.State.ACCEPTED).order_by("id")
        oldest = waiting.values_list("received_at", flat=True).first()
        age = at - oldest if oldest else timedelta()
        warning, broken = PATIENCE[stream]
        if age >= warning:
            yield Finding(
                severity=Severity.BROKEN if age >= broken else Severity.WARNING, subject=SUBJECT,
                what=f"The oldest {stream} event has waited {span(age)} to be routed.",
                mend="See that a worker takes the stream, and look into the workers' log.",
                page=page("admin:tracking_event_changelist", query=f"routed=waiting&stream={stream}"),
            )  # fmt: skip


def find_late_reports(at: datetime) -> Iterator[Finding]:
    """Are webhooks worked off?"""
    oldest = WebhookReceipt.objects.filter(processed_at=None).aggregate(oldest=Min("received_at"))["oldest"]
    age = at - oldest if oldest else timedelta()
    if age >= _REPORTS[0]:
        yield Finding(
            severity=Severity.BROKEN if age >= _REPORTS[1] else Severity.WARNING, subject=SUBJECT,
            what=f"Reports of providers and readers have waited {span(age)}: bounces have no effect yet.",
            mend="See that a worker takes webhooks: manage.py workers webhooks --no-sweeper",
            page=page("admin:tracking_webhookreceipt_changelist"),
        )  # fmt: skip


def _late(lane: Lane, oldest: timedelta, *, is_broken: bool) -> Finding:
    return Finding(
        severity=Severity.BROKEN if is_broken else Severity.WARNING, subject=SUBJECT,
        what=f"{counted(lane.due, f'{lane.stream} mail')} should have left; the oldest is {span(oldest)} late.",
        mend="See whether workers take the stream and its accounts are in use. If both are well, add workers"
        f" (manage.py workers {lane.stream}=2) or raise the accounts' limits.",
        page=page("notifications:queues"),
    )  # fmt: skip
