"""Does somebody still read us? Who has not for half a year gets no more marketing. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings


def judge_sunset(engaged_since: datetime, *, at: datetime) -> str | None:
    """The reason to stop, or None. `engaged_since`: the last click or purchase, or when the contact came."""
    days: int = settings.POSTRIDER_SUNSET_STOP_DAYS
    return "sunset" if days and at - engaged_since > timedelta(days=days) else None


def most_a_week_when_fading(engaged_since: datetime, *, at: datetime) -> int | None:
    """How much marketing a week is enough for somebody who reads less; None: there is no such bound."""
    days: int = settings.POSTRIDER_SUNSET_LESS_DAYS
    return 1 if days and at - engaged_since > timedelta(days=days) else None
