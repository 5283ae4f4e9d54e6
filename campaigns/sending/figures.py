"""What became of a campaign's mails so far? Counted from its messages now and then, and kept with its run.

Counting a million rows takes a second or two, so big campaigns are counted less often; how many have left is known at
once from the run and the outbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import connection

from campaigns.models import Campaign, CampaignRun
from campaigns.sending.states import RUNNING, S
from campaigns.variants.arms import ArmFigures, count_arms
from campaigns.variants.plan import is_test
from config import clock

FACTS = ("sent", "delivered", "opened", "clicked", "bounced", "complained", "unsubscribed")
#: Counting may take this share of the time at most.
_SHARE = 20
_SHORTEST = timedelta(seconds=2)
#: Reports about mails come in for days after the last one has left.
AFTERWARDS = timedelta(days=7)
_LARGEST_DOMAINS = 8
_QUICK = 0.1

_BY_STATE = "SELECT state, reason, count(*) FROM tracking_message WHERE source = %s GROUP BY 1, 2"
_FACTS = f"SELECT {', '.join(f'count({one}_at)' for one in FACTS)} FROM tracking_message WHERE source = %s"
_BY_PROVIDER = (
    "SELECT provider, count(sent_at), count(delivered_at), count(bounced_at) FROM tracking_message"
    " WHERE source = %s AND provider <> '' GROUP BY 1 ORDER BY 2 DESC, 1"
)
_BY_DOMAIN = (
    "SELECT recipient_domain, count(*), count(sent_at), count(delivered_at), count(bounced_at),"
    " count(*) FILTER (WHERE aside IN ('deferred', 'retrying')) FROM tracking_message"
    f" WHERE source = %s GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_LARGEST_DOMAINS}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """As they were counted last; states are (state, reason) pairs."""

    states: tuple[tuple[str, str, int], ...] = ()
    facts: Mapping[str, int] = field(default_factory=dict)
    providers: tuple[tuple[Any, ...], ...] = ()
    domains: tuple[tuple[Any, ...], ...] = ()
    arms: tuple[ArmFigures, ...] = ()  # of a campaign with a test
    seconds: float = 0.0

    def count(self, *states: str) -> int:
        """Mails in one of these states."""
        return sum(number for state, _reason, number in self.states if state in states)


def read_figures(stored: Mapping[str, Any]) -> Figures:
    """What `count_figures` stored; nothing of a campaign that was never counted."""
    return Figures(
        states=tuple((one[0], one[1], one[2]) for one in stored.get("states", ())), facts=stored.get("facts", {}),
        providers=tuple(map(tuple, stored.get("providers", ()))), domains=tuple(map(tuple, stored.get("domains", ()))),
        arms=tuple(ArmFigures(**one) for one in stored.get("arms", ())), seconds=stored.get("seconds", 0.0),
    )  # fmt: skip


def count_figures(campaign: Campaign, *, at: datetime) -> Figures:
    """Count anew, and keep it."""
    started = monotonic()
    with connection.cursor() as cursor:
        found = [_query(cursor, sql, campaign.source) for sql in (_BY_STATE, _FACTS, _BY_PROVIDER, _BY_DOMAIN)]
    states, facts, providers, domains = found
    arms = [asdict(one) for one in count_arms(campaign)] if is_test(campaign) else []
    stored = {
        "states": states, "facts": dict(zip(FACTS, facts[0], strict=True)), "providers": providers,
        "domains": domains, "arms": arms, "seconds": round(monotonic() - started, 3),
    }  # fmt: skip
    CampaignRun.objects.filter(pk=campaign.pk).update(figures=stored, figures_at=at)
    return read_figures(stored)


def look(campaign: Campaign, *, at: datetime) -> Figures:
    """Figures for a page: counted anew where that was quick the last time, else those of the last count."""
    run = CampaignRun.objects.get(pk=campaign.pk)
    known = read_figures(run.figures)
    is_old = run.figures_at is None or at - run.figures_at > _SHORTEST
    return count_figures(campaign, at=at) if is_old and known.seconds < _QUICK else known


def _query(cursor: Any, sql: str, source: str) -> list[list[Any]]:
    cursor.execute(sql, [source])
    return [list(row) for row in cursor.fetchall()]


def count_due(*, at: datetime | None = None) -> int:
    """A sweep: count what is under way, and for some days what has ended; return how many were counted."""
    at = at or clock.now()
    going = CampaignRun.objects.filter(campaign__state__in=[*RUNNING, S.PAUSED, S.CANCELLED, S.FINISHED])
    lately = going.exclude(campaign__state__in=[S.CANCELLED, S.FINISHED], campaign__state_at__lt=at - AFTERWARDS)
    due = [run for run in lately.select_related("campaign") if _is_due(run, at=at)]
    for run in due:
        count_figures(run.campaign, at=at)
    return len(due)


def _is_due(run: CampaignRun, *, at: datetime) -> bool:
    if run.figures_at is None:
        return True
    has_ended = run.campaign.state in {S.CANCELLED, S.FINISHED}
    shortest = timedelta(minutes=1) if has_ended and at - run.campaign.state_at > timedelta(minutes=5) else _SHORTEST
    return at - run.figures_at >= max(shortest, timedelta(seconds=read_figures(run.figures).seconds * _SHARE))
