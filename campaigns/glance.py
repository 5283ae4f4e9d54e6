"""How do the campaigns stand? What needs somebody, what goes now, what comes next, and how the last ones did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Campaign
from campaigns.reports.figures import LAST, rate
from campaigns.reports.listing import Line, list_sources
from campaigns.reports.numbers import in_words, tell_tone
from campaigns.screens import Row, make_row
from campaigns.sending.states import RUNNING, S
from config.queues import Stream
from notifications.delivery.models import Breaker, PoolMember

#: So many of each are shown.
MOST = 5
RATES = ("delivered", "opened", "clicked", "unsubscribed", "bounced")


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """Something that does not go on by itself, and where it is decided ("" where there is no such page)."""

    tone: str
    badge: str
    what: str
    why: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A campaign that was sent, its rates in words, each with its name and whether it is better than usual."""

    line: Line
    rates: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """Everything at once; `usual` are the medians of the last campaigns, and of how many they are."""

    concerns: tuple[Concern, ...]
    going: tuple[Row, ...]
    coming: tuple[Row, ...]
    results: tuple[Result, ...]
    usual: tuple[str, ...]
    usual_of: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say at all."""
        return not (self.concerns or self.going or self.coming or self.results)


def look(*, at: datetime) -> Glance:
    """A handful of queries, whatever the number of campaigns."""
    rows = Campaign.objects.select_related("topic", "template", "run", "asked_by")
    going = rows.filter(state__in=RUNNING).order_by("pk")[:MOST]
    coming = rows.filter(state__in=[S.SCHEDULED, S.REPEATING], starts_at__isnull=False).order_by("starts_at")[:MOST]
    lines = list_sources(kind="campaign", most=LAST)
    usual = {name: _median([rate(name, one.counts) for one in lines]) for name in RATES}
    return Glance(
        concerns=(*_fuses(), *map(_concern, _waiting())), going=tuple(make_row(one, at=at) for one in going),
        coming=tuple(make_row(one, at=at) for one in coming),
        results=tuple(Result(line=one, rates=_rates(one, usual)) for one in lines[:MOST]),
        usual=tuple(in_words(usual[name]) for name in RATES), usual_of=len(lines),
    )  # fmt: skip


def _waiting() -> Sequence[Campaign]:
    """What stands still until somebody does something, the newest first."""
    states = [S.MISSED, S.PAUSED, S.IN_REVIEW]
    rows = Campaign.objects.filter(state__in=states).select_related("asked_by")
    return list(rows.order_by(F("state_at").desc())[:MOST])


def _concern(campaign: Campaign) -> Concern:
    url = reverse("campaigns:campaign", args=[campaign.pk])
    if campaign.state == S.IN_REVIEW:
        by = str(campaign.asked_by or _("somebody"))
        why = _("waits for approval; %(name)s asked for it") % {"name": by}
        return Concern(tone="warn", badge=_("to approve"), what=campaign.name, why=why, url=url)
    if campaign.state == S.MISSED:
        why = _("%(reason)s Nothing was sent: send it now, or choose another time.") % {"reason": campaign.state_reason}
        return Concern(tone="bad", badge=_("missed"), what=campaign.name, why=why, url=url)
    is_trial = campaign.state_reason.startswith("trial:")
    reason = campaign.state_reason.removeprefix("trial:").strip()
    why = (
        _("stopped itself on trial: %(reason)s")
        if is_trial
        else _("nothing leaves until somebody resumes it. %(reason)s")
    )
    return Concern(
        tone="bad" if is_trial else "warn", badge=_("paused"), what=campaign.name, why=why % {"reason": reason}, url=url
    )


def _fuses() -> list[Concern]:
    """Accounts for marketing mail that are left alone because they fail."""
    members = PoolMember.objects.filter(stream=Stream.MARKETING, provider__is_enabled=True)
    accounts = list(members.values_list("provider_id", flat=True))
    asleep = Breaker.objects.filter(stream=Stream.MARKETING, provider__in=accounts)
    names = list(asleep.exclude(state=Breaker.State.CLOSED).values_list("provider__name", flat=True))
    if not names:
        return []
    is_all = len(names) == len(accounts)
    why = (
        _("No account for marketing mail answers: campaigns wait, and go on by themselves as soon as one does.")
        if is_all
        else ngettext(
            "is left alone for now because it fails; its mails go by the other accounts.",
            "are left alone for now because they fail; their mails go by the other accounts.", len(names),
        )
    )  # fmt: skip
    return [Concern(tone="bad" if is_all else "warn", badge=_("account"), what=", ".join(names), why=why)]


def _rates(line: Line, usual: dict[str, float | None]) -> tuple[tuple[str, str, str], ...]:
    found = {name: rate(name, line.counts) for name in RATES}
    labels = (_("Delivered"), _("Opened"), _("Clicked"), _("Unsubscribed"), _("Bounced"))
    return tuple(
        (label, in_words(found[name]), tell_tone(name, found[name], usual[name]))
        for name, label in zip(RATES, labels, strict=True)
    )


def _median(rates: Sequence[float | None]) -> float | None:
    known = [one for one in rates if one is not None]
    return median(known) if known else None
