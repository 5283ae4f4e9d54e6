"""When is a person's mail due, where they live? Pure: the campaign's schedule, a zone and the time in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campaigns.models import Campaign
from preferences.quiet_hours import Rule, first_allowed

#: Where a day begins first, and so where a campaign in local time begins.
EARLIEST_ZONE = ZoneInfo("Pacific/Kiritimati")
#: Freezing takes some seconds, and then everybody must be due.
LEAD = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTime:
    """A time of each person's own day, and what is done where it has passed already."""

    day: date
    clock_time: time
    is_next_day: bool


def local_moment(day: date, clock_time: time, zone: ZoneInfo) -> datetime:
    """The moment at which clocks there show this time, in UTC.

    When clocks are set back a time comes twice: the first counts. When they are set forward it never comes: then it is
    as much later as the clocks were moved (02:30 becomes 03:30).
    """
    return datetime.combine(day, clock_time.replace(tzinfo=None, fold=0), tzinfo=zone).astimezone(UTC)


def slot_of(zone: ZoneInfo, *, began_at: datetime, local: LocalTime | None, quiet: Sequence[Rule]) -> datetime:
    """When people in a zone are due, never before `began_at`; the company's quiet hours there are waited for."""
    due = _local_slot(local, zone, began_at) if local else began_at
    return (first_allowed(tuple(quiet), zone, at=due) or due) if quiet else due


def _local_slot(local: LocalTime, zone: ZoneInfo, began_at: datetime) -> datetime:
    due = local_moment(local.day, local.clock_time, zone)
    if due >= began_at:
        return due
    if not local.is_next_day:
        return began_at
    day = began_at.astimezone(zone).date()
    following = (local_moment(day + timedelta(days=ahead), local.clock_time, zone) for ahead in range(3))
    return next(one for one in following if one >= began_at)


def begin_of(day: date, clock_time: time) -> datetime:
    """When a campaign in local time begins: a little before the first zone in the world is due."""
    return local_moment(day, clock_time, EARLIEST_ZONE) - LEAD


def local_time_of(campaign: Campaign) -> LocalTime | None:
    """The campaign's local time, if it has one."""
    if campaign.schedule != Campaign.Schedule.LOCAL or not (campaign.local_date and campaign.local_time):
        return None
    return LocalTime(
        day=campaign.local_date, clock_time=campaign.local_time,
        is_next_day=campaign.late_zones == Campaign.LateZone.NEXT_DAY,
    )  # fmt: skip
