"""Since when, and until when, does something count?"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from django.conf import settings
from pydantic import Field, model_validator

from campaigns.segments.conditions.base import Day, Part
from campaigns.segments.pieces import Piece
from preferences.time_zones import earliest, zone_of


class Ever(Part):
    """Whenever it was."""

    kind: Literal["ever"]


class Last(Part):
    """In so many hours or days before the moment, each day of 24 hours."""

    kind: Literal["last"]
    amount: Annotated[int, Field(ge=1, le=3660)]
    unit: Literal["hours", "days"] = "days"


class Between(Part):
    """From one day of the company's calendar to another; both count, either may be open."""

    kind: Literal["between"]
    since: Day | None = None
    until: Day | None = None

    @model_validator(mode="after")
    def _must_be_a_span(self) -> Between:
        if self.since is None and self.until is None:
            raise ValueError("say from when or until when")
        if self.since and self.until and self.until < self.since:
            raise ValueError("the end lies before the beginning")
        return self


Window = Annotated[Ever | Last | Between, Field(discriminator="kind")]


def bounds_of(window: Ever | Last | Between, at: datetime) -> tuple[datetime | None, datetime | None]:
    """The first moment that counts, and the first after it that does not; None where it is open."""
    match window:
        case Last():
            return at - timedelta(**{window.unit: window.amount}), at + timedelta(microseconds=1)
        case Between():
            after = window.until + timedelta(days=1) if window.until else None
            return start_of(window.since) if window.since else None, start_of(after) if after else None
    return None, None


def start_of(day: date) -> datetime:
    """When a day of the company's calendar begins."""
    return earliest(day, time(), zone_of(settings.POSTRIDER_TIME_ZONE))


def lie_within(column: str, window: Ever | Last | Between, at: datetime) -> list[Piece]:
    """The tests that a moment lies in a window."""
    since, before = bounds_of(window, at)
    return [Piece(f"{column} {sign} %s", (one,)) for sign, one in ((">=", since), ("<", before)) if one is not None]


def say_window(window: Ever | Last | Between) -> str:
    """The window as it follows a statement: " in the last 90 days"."""
    match window:
        case Last():
            return f" in the last {window.amount} {window.unit if window.amount > 1 else window.unit[:-1]}"
        case Between(since=None):
            return f" until {window.until}"
        case Between(until=None):
            return f" since {window.since}"
        case Between():
            return f" between {window.since} and {window.until}"
    return ""
