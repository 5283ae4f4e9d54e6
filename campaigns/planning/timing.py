"""When would a campaign begin, and is that still to come? Pure but for the company's time zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from campaigns.models import Campaign
from campaigns.planning.recurrence import BadCron, next_window, read_cron, say_cron
from campaigns.sending.slots import EARLIEST_ZONE, begin_of, local_moment
from preferences.time_zones import zone_of

#: Where a day ends last.
LATEST_ZONE = ZoneInfo("Etc/GMT+12")
_SLACK = timedelta(minutes=1)


def home() -> ZoneInfo:
    """The company's own zone: schedules are written by its clock."""
    return zone_of("")


def first_start(campaign: Campaign, *, at: datetime) -> datetime | None:
    """When an approval at this moment would begin it; None where the schedule is not complete."""
    kind = Campaign.Schedule
    if campaign.schedule == kind.NOW:
        return at
    if campaign.schedule == kind.AT:
        return campaign.starts_at
    if campaign.schedule == kind.LOCAL:
        if campaign.local_date is None or campaign.local_time is None:
            return None
        return max(at, begin_of(campaign.local_date, campaign.local_time))
    return next_window(campaign.cron, after=at, zone=home()) if campaign.cron else None


def find_fault(campaign: Campaign, *, at: datetime) -> str:
    """What is wrong with the schedule, for a marketer; "" where nothing is."""
    kind = Campaign.Schedule
    if campaign.schedule == kind.AT:
        if campaign.starts_at is None:
            return "Choose the day and time at which it begins."
        return (
            "" if campaign.starts_at > at - _SLACK else "The time at which it was to begin has passed: choose another."
        )
    if campaign.schedule == kind.LOCAL:
        return _local_fault(campaign, at=at)
    if campaign.schedule == kind.RECURRING:
        try:
            read_cron(campaign.cron)
        except BadCron as fault:
            return str(fault)
    return ""


def _local_fault(campaign: Campaign, *, at: datetime) -> str:
    if campaign.local_date is None or campaign.local_time is None:
        return "Choose the day, and the time of each person's own day."
    last = local_moment(campaign.local_date, campaign.local_time, LATEST_ZONE)
    return "" if last > at else "That time has passed everywhere in the world: choose a later day."


def late_zones_note(campaign: Campaign, *, at: datetime) -> str:
    """What happens to people in zones where the time has passed already; "" where there are none."""
    if campaign.schedule != Campaign.Schedule.LOCAL or not campaign.local_date or not campaign.local_time:
        return ""
    if local_moment(campaign.local_date, campaign.local_time, EARLIEST_ZONE) >= at:
        return ""
    late = Campaign.LateZone(campaign.late_zones).label
    return f"Where that time has passed already, people get it {late}."


def say_when(campaign: Campaign, *, at: datetime) -> str:
    """When it goes, in words, by the company's clock."""
    kind = Campaign.Schedule
    if campaign.schedule == kind.NOW:
        return "as soon as it is approved"
    if campaign.schedule == kind.RECURRING:
        start = first_start(campaign, at=at) if not find_fault(campaign, at=at) else None
        return f"{say_cron(campaign.cron) if campaign.cron else 'again and again'} ({home().key})" + (
            f", next on {say_moment(start)}" if start else ""
        )
    if campaign.schedule == kind.LOCAL:
        if not campaign.local_date or not campaign.local_time:
            return "at a time of each person's own day that is not chosen yet"
        return (
            f"on {date_format(campaign.local_date, 'l, j F Y')} at {campaign.local_time:%H:%M} of each person's own day"
        )
    return f"on {say_moment(campaign.starts_at)}" if campaign.starts_at else "at a time that is not chosen yet"


def say_moment(moment: datetime) -> str:
    """A moment by the company's clock, with its zone."""
    there = moment.astimezone(home())
    return f"{date_format(there, 'l, j F Y')} at {there:%H:%M} ({home().key})"
