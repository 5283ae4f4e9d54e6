"""What does staff see first? The overview: what waits, what left, what came of it, and what needs a look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from campaigns import glance, overview
from config import clock
from config.screens import staff_screen
from notifications import backlog
from notifications.delivery.models import Provider

_CHART_WIDTH, _CHART_HEIGHT = 720, 120
#: The numbers of the overview in their order: column, and the filter of the log that lists what was counted.
_NUMBERS = {
    "caused": "", "sent": "fact=sent", "delivered": "fact=delivered", "opened": "fact=opened",
    "clicked": "fact=clicked", "unsubscribed": "fact=unsubscribed", "bounced": "fact=bounced",
    "complained": "fact=complained", "skipped": "state=skipped", "failed": "fact=failed", "lapsed": "fact=lapsed",
    "unknown": "state=unknown",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number of the overview, and where what it counts is listed."""

    label: str
    hour: int
    day: int
    filter: str
    rate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One hour of the chart, in the units of its drawing."""

    x: float
    width: float
    sent_y: float
    sent_height: float
    delivered_y: float
    delivered_height: float
    label: str


def fill_overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's callback for the admin's first page."""
    if request.user.has_perm("tracking.view_message"):
        context.update(_read(request), title=_("Overview"), is_fullwidth="1")
    return context


@staff_screen("tracking.view_message")
def refresh(request: HttpRequest) -> HttpResponse:
    """The overview's content, fetched again every few seconds."""
    return render(request, "campaigns/fragments/overview.html", _read(request))


def _read(request: HttpRequest) -> dict[str, Any]:
    at = clock.now()
    found = glance.look(at=at) if request.user.has_perm("campaigns.view_campaign") else None
    day = overview.read_day(at=at)
    lanes = backlog.read_lanes(at=at)
    providers = list(Provider.objects.prefetch_related("memberships"))
    workers = backlog.read_workers(at=at)
    trouble = overview.read_trouble(at=at)
    return {
        "at": at, "lanes": lanes, "receipts": backlog.count_receipts(), "numbers": _numbers(day), "bars": _bars(day),
        "peak": day.peak, "latency": overview.read_latency(at=at), "workers": workers, "providers": providers,
        "glance": found if found and not found.is_empty else None, "trouble": trouble,
        "is_alive": any(worker.is_alive for worker in workers),
        "is_new": not day.totals["caused"] and not trouble and not any(lane.total or lane.events for lane in lanes),
    }  # fmt: skip


def _numbers(day: overview.Day) -> list[Number]:
    labels = {
        "caused": _("Caused"), "sent": _("Sent"), "delivered": _("Delivered"), "opened": _("Opened"),
        "clicked": _("Clicked"), "unsubscribed": _("Unsubscribed"), "bounced": _("Bounced"),
        "complained": _("Spam reports"), "skipped": _("Skipped"), "failed": _("Failed"),
        "lapsed": _("Expired, withdrawn"), "unknown": _("Unknown"),
    }  # fmt: skip
    return [
        Number(
            label=labels[name],
            hour=day.last_hour[name],
            day=day.totals[name],
            filter=query,
            rate=_rate(name, day.totals),
        )
        for name, query in _NUMBERS.items()
    ]


def _rate(name: str, totals: dict[str, int]) -> str:
    """Of the mails sent, how many; nothing where that says nothing."""
    if name not in {"delivered", "opened", "clicked", "unsubscribed", "bounced", "complained"} or not totals["sent"]:
        return ""
    share = 100 * totals[name] / totals["sent"]
    return f"{share:.2f} %" if name in {"bounced", "complained", "unsubscribed"} else f"{share:.0f} %"


def _bars(day: overview.Day) -> list[Bar]:
    step = _CHART_WIDTH / max(len(day.hours), 1)
    scale = _CHART_HEIGHT / max(day.peak, 1)
    return [
        Bar(
            x=round(index * step + 2, 1), width=round(step - 4, 1), sent_y=round(_CHART_HEIGHT - hour.sent * scale, 1),
            sent_height=round(hour.sent * scale, 1), delivered_y=round(_CHART_HEIGHT - hour.delivered * scale, 1),
            delivered_height=round(hour.delivered * scale, 1),
            label=_("%(hour)s: %(sent)d sent, %(delivered)d delivered")
            % {"hour": f"{hour.at:%H:00} UTC", "sent": hour.sent, "delivered": hour.delivered},
        )
        for index, hour in enumerate(day.hours)
    ]  # fmt: skip
