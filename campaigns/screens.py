"""Which words, bars and acts does a campaign have on screen?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.audience.estimating import read_estimate
from campaigns.audit import Actor
from campaigns.models import Campaign, CampaignRun
from campaigns.planning.timing import say_moment, say_when
from campaigns.sending.feeding import count_open
from campaigns.sending.phases import Phase, phase_of
from campaigns.sending.states import RUNNING, S
from notifications import throughput

_TONES: dict[str, str] = {
    S.DRAFT: "plain", S.IN_REVIEW: "warn", S.SCHEDULED: "busy", S.REPEATING: "busy", S.MISSED: "bad",
    S.FREEZING: "busy", S.SENDING: "busy", S.PAUSED: "warn", S.FINISHED: "good", S.CANCELLED: "plain",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is: people who get it, those whose mail has left or ended, and those whose mail waits."""

    to_get: int
    done: int
    waiting: int
    percent: int
    a_minute: float
    left: timedelta | None

    @property
    def remaining(self) -> int:
        """How many are still to come."""
        return max(0, self.to_get - self.done)

    @property
    def left_in_words(self) -> str:
        """The time left, to the precision that an estimate deserves."""
        minutes = int((self.left or timedelta()).total_seconds() // 60)
        if minutes < 1:
            return "a minute"
        return f"{minutes} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"


def tone_of(campaign: Campaign) -> str:
    """The colour of its state."""
    return _TONES[campaign.state]


def read_progress(campaign: Campaign, run: CampaignRun, *, at: datetime) -> Progress:
    """From the run and the outbox, so that it costs the same for any size."""
    waiting = count_open(campaign) if campaign.state != S.FINISHED else 0
    done = max(0, run.fed - waiting)
    pace = throughput.read_paces(at=at)[campaign.stream]
    remaining = max(0, run.to_get - done)
    is_going = campaign.state == S.SENDING and phase_of(campaign, run) is not Phase.WAITING
    left = pace.time_for(remaining) if is_going and remaining else None
    if left is not None and campaign.throttle_per_hour:
        left = max(left, timedelta(hours=(run.to_get - run.fed) / campaign.throttle_per_hour))
    percent = min(100, int(100 * done / run.to_get)) if run.to_get else 100 if run.frozen_at else 0
    return Progress(
        to_get=run.to_get, done=done, waiting=waiting, percent=percent, a_minute=pace.mails_a_minute, left=left
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A campaign in the list."""

    campaign: Campaign
    tone: str
    size: int | None
    when: str
    progress: Progress | None
    note: str


def make_row(campaign: Campaign, *, at: datetime) -> Row:
    """What the list says of it."""
    run = getattr(campaign, "run", None)
    size = run.to_get if run else read_estimate(campaign.estimate).gets if campaign.estimate else None
    return Row(
        campaign=campaign, tone=tone_of(campaign), size=size, when=_when(campaign, run, at=at),
        progress=read_progress(campaign, run, at=at) if run else None, note=_note(campaign, run),
    )  # fmt: skip


def _note(campaign: Campaign, run: CampaignRun | None) -> str:
    """What is to be known of its state."""
    if run is not None and campaign.state in LIVE and phase_of(campaign, run) is Phase.WAITING:
        return "asks which variant the rest gets" if run.test_asked_at else "waits for the result of its test"
    return "" if campaign.state in {S.SENDING, S.FINISHED} else campaign.state_reason


def _when(campaign: Campaign, run: CampaignRun | None, *, at: datetime) -> str:
    if campaign.state == S.FINISHED and run and run.finished_at:
        return f"finished {say_moment(run.finished_at)}"
    if run is not None:
        return f"began {say_moment(run.began_at)}"
    if campaign.state == S.SCHEDULED and campaign.starts_at and campaign.schedule != Campaign.Schedule.LOCAL:
        return say_moment(campaign.starts_at)
    if campaign.state == S.REPEATING and campaign.starts_at:
        return f"{say_when(campaign, at=at).partition(' (')[0]}, next {say_moment(campaign.starts_at)}"
    return say_when(campaign, at=at)


def actor_of(user: object) -> Actor:
    """The member of staff who is logged in."""
    return Actor(id=getattr(user, "pk", None), name=str(user))


#: States whose page is that of a plan, and not of a run.
PLANNED = frozenset({S.DRAFT, S.IN_REVIEW, S.SCHEDULED, S.REPEATING, S.MISSED})
LIVE = frozenset({*RUNNING, S.PAUSED})
