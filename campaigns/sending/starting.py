"""Which campaigns begin now? Those whose time has come, each once; one that is far too late asks first."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from campaigns.audit import CLOCK, Actor, record
from campaigns.models import Campaign
from campaigns.planning.recurrence import keep_face, next_window, windows_until
from campaigns.sending.freezing import open_run
from campaigns.sending.states import Refused, S, move
from config import clock
from notifications.delivery.holds import set_hold
from notifications.delivery.models import Hold
from preferences.time_zones import zone_of

logger = logging.getLogger("postrider.campaigns")

_AT_ONCE = 50


def late_after() -> timedelta:
    """So late a campaign does not begin any more without being asked."""
    return timedelta(minutes=settings.POSTRIDER_CAMPAIGN_LATE_MINUTES)


@transaction.atomic
def begin(campaign: Campaign, *, at: datetime, by: Actor, sources: tuple[Campaign.State, ...] = (S.SCHEDULED,)) -> None:
    """Begin to freeze and send. Pressed twice, or by two people, the second is Refused."""
    move(campaign.pk, S.FREEZING, at=at, by=by, action="began", sources=sources)
    set_hold(campaign.source, Hold.State.OPEN)
    open_run(campaign, at=at)


def start_due(*, at: datetime | None = None) -> int:
    """A sweep: begin what is due, and put aside what is too late; return how many began."""
    at = at or clock.now()
    due = Campaign.objects.filter(state=S.SCHEDULED, starts_at__lte=at).order_by("starts_at", "pk")
    return sum(_start(one, at=at) for one in due[:_AT_ONCE])


def _start(campaign: Campaign, *, at: datetime) -> bool:
    assert campaign.starts_at is not None
    late = at - campaign.starts_at
    try:
        if late <= late_after():
            begin(campaign, at=at, by=CLOCK)
            return True
        reason = f"It was to begin {int(late.total_seconds() // 60)} minutes ago, and nothing ran then."
        move(campaign.pk, S.MISSED, at=at, by=CLOCK, action="missed", sources=[S.SCHEDULED], reason=reason)
    except Refused:
        pass  # somebody was faster
    return False


def open_windows(*, at: datetime | None = None) -> int:
    """A sweep: make a campaign for each window that has come; return how many. Long past ones are passed over."""
    at = at or clock.now()
    due = Campaign.objects.filter(Q(starts_at__lte=at) | ~Q(clock_zone=zone_of("").key), state=S.REPEATING)
    due = due.order_by("pk")
    return sum(_open_window(one.pk, at=at) for one in due[:_AT_ONCE])


@transaction.atomic
def _open_window(campaign_id: int, *, at: datetime) -> bool:
    parent = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign_id)
    zone = zone_of("")
    if parent.state != S.REPEATING or parent.starts_at is None:
        return False
    _follow_zone(parent, zone, at=at)
    if parent.starts_at > at:
        return False
    come = windows_until(parent.cron, first=parent.starts_at, until=at, zone=zone)
    is_in_time = at - come[-1] <= late_after()
    missed = come[:-1] if is_in_time else come
    if missed:
        record(CLOCK, "missed windows", subject=parent.source, subject_name=parent.name,
               note=f"{len(missed)} passed while nothing ran, last at {missed[-1]:%Y-%m-%d %H:%M} UTC.")  # fmt: skip
    if is_in_time:
        make_child(parent, window=come[-1], at=at)
    parent.starts_at = next_window(parent.cron, after=at, zone=zone)
    parent.save(update_fields=["starts_at"])
    return is_in_time


def _follow_zone(parent: Campaign, zone: ZoneInfo, *, at: datetime) -> None:
    """A repetition is written by the project's clock: when that was set to another zone, the next window moves."""
    if parent.starts_at is None or parent.clock_zone == zone.key:
        return
    if parent.clock_zone:
        parent.starts_at = keep_face(parent.starts_at, before=zone_of(parent.clock_zone), zone=zone, at=at)
        logger.info("%s follows the project's clock to %s", parent.source, zone.key)
    parent.clock_zone = zone.key
    parent.save(update_fields=["starts_at", "clock_zone"])


#: What a window takes over from the campaign that makes it.
_INHERITED = (
    "stream", "topic_id", "template_id", "versions", "variants", "variant_versions", "test_percent", "test_metric",
    "test_hours", "test_ending", "audience", "holdout_percent", "throttle_per_hour", "canary_size", "canary_minutes",
    "is_engaged_first", "created_by_id", "asked_by_id", "approved_by_id", "approved_at",
)  # fmt: skip


def make_child(parent: Campaign, *, window: datetime, at: datetime) -> Campaign:
    """The campaign of one window, approved as its parent is; the window's is left as it is if it is there."""
    zone = zone_of("")
    child, is_new = Campaign.objects.get_or_create(
        parent=parent, window_at=window,
        defaults={
            **{name: getattr(parent, name) for name in _INHERITED},
            "name": f"{parent.name[:100]}, {window.astimezone(zone):%Y-%m-%d}", "schedule": Campaign.Schedule.AT,
            "starts_at": window, "state": S.SCHEDULED, "state_at": at,
        },
    )  # fmt: skip
    if is_new:
        record(CLOCK, "made for a window", subject=child.source, subject_name=child.name, note=parent.source)
    return child
