"""What became of everybody who was meant? To the person: the lines add up to the recipients that were frozen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from campaigns.audience.reasons import in_words as in_audience_words
from campaigns.models import Campaign, CampaignRun
from campaigns.sending.figures import Figures, read_figures
from campaigns.sending.phases import Phase, phase_of
from notifications.explanation import in_words
from tracking.models import Message

#: States in the order of a receipt, with the words of a line.
_STATES: dict[str, str] = {
    "delivered": "Delivered",
    "sent": "Handed over, not reported as delivered",
    "unknown": "Uncertain: the provider may or may not have it",
    "queued": "Waiting",
    "retrying": "Waiting to be tried again",
    "deferred": "Put off",
    "failed": "Refused for good",
    "dead": "Given up",
    "skipped": "Stopped at the last moment",
    "expired": "Too late",
    "cancelled": "Withdrawn",
}
NEVER_FED = "never_fed"
_ENDED = frozenset({Campaign.State.CANCELLED, Campaign.State.FINISHED})
#: Reasons that are told otherwise where the campaign is before one's eyes.
_OWN_WORDS = {"source_paused": "this campaign is paused", "source_cancelled": "this campaign was stopped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """So many people of whom the same is true; `query` lists them."""

    key: str
    label: str
    count: int
    query: str
    is_of_messages: bool = False  # else of recipients
    tone: str = "plain"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Three groups of lines: handed to messages, not handed, and never meant to get it."""

    total: int
    got: tuple[Line, ...]
    waiting: tuple[Line, ...]
    not_sent: tuple[Line, ...]
    left_out: tuple[Line, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """All of them."""
        return (*self.got, *self.waiting, *self.not_sent, *self.left_out)

    @property
    def is_balanced(self) -> bool:
        """Whether everybody is accounted for."""
        return sum(line.count for line in self.lines) == self.total

    def count(self, key: str) -> int:
        """People in lines with this key."""
        return sum(line.count for line in self.lines if line.key == key)


_GOT, _WAITING = frozenset({"delivered", "sent"}), frozenset({"queued", "retrying", "deferred", "unknown"})
_TONES = {"delivered": "good", "sent": "good", "failed": "bad", "dead": "bad", "unknown": "warn"}


def write_receipt(campaign: Campaign) -> Receipt:
    """The receipt, from the counts of freezing and the figures that were counted last."""
    run = CampaignRun.objects.get(pk=campaign.pk)
    figures = read_figures(run.figures)
    messages = list(_message_lines(campaign, figures))
    counted = sum(line.count for line in messages)
    left = [line for line in messages if line.key not in _GOT | _WAITING]
    not_fed, has_ended = tuple(_not_fed(campaign, run, counted)), campaign.state in _ENDED
    return Receipt(
        total=run.selected,
        got=tuple(line for line in messages if line.key in _GOT),
        waiting=(*(line for line in messages if line.key in _WAITING), *(() if has_ended else not_fed)),
        not_sent=(*left, *(not_fed if has_ended else ())),
        left_out=tuple(_left_out(run)),
    )


def _message_lines(campaign: Campaign, figures: Figures) -> Iterable[Line]:
    for state, label in _STATES.items():
        found = [(reason, count) for known, reason, count in figures.states if known == state]
        if state in _GOT:
            found = [("", sum(count for _reason, count in found))] if found else []
        for reason, count in sorted(found, key=lambda one: -one[1]):
            query = {"source": campaign.source, "state": state, **({"reason": reason} if reason else {})}
            yield Line(
                key=state, label=label, count=count, query=urlencode(query), is_of_messages=True,
                tone=_TONES.get(state, "plain"), reason=_OWN_WORDS.get(reason, in_words(reason)) if reason else "",
            )  # fmt: skip


def _not_fed(campaign: Campaign, run: CampaignRun, counted: int) -> Iterable[Line]:
    """Who was frozen and is no message, as far as messages were counted."""
    if (left := run.to_get - counted) > 0:
        label = "Never handed over: it was stopped before" if campaign.state in _ENDED else "Not yet in the outbox"
        if campaign.state not in _ENDED and phase_of(campaign, run) is Phase.WAITING:
            label = "Waiting for the result of the test"
        yield Line(key=NEVER_FED, label=label, count=left, query="reason=never_fed")


def _left_out(run: CampaignRun) -> Iterable[Line]:
    for reason, count in sorted(run.counts.items(), key=lambda one: -one[1]):
        if reason and count:
            yield Line(
                key=reason, label=in_audience_words(reason), count=count,
                query=urlencode({"reason": reason}),
            )  # fmt: skip


#: Every state of a message has a line: none can be left out by mistake.
assert set(_STATES) == set(Message.State.values) - {"claimed", "sending"}
