"""What does each step of the way decide? One pure function a step: what is known in, a code with its reason out.

validate → idempotency → dedupe judge the event; recipients → preference → consent → suppression → throttle → digest →
submit judge one type and one channel. What the gate will decide later (caps, quiet hours) is only expected here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from notifications.catalog import NotificationType
from notifications.catalog.channels import EMAIL, SMS
from notifications.routing.digests import cadence_of
from notifications.routing.topics import TopicRule
from preferences.caps import CAPPED_STREAMS
from preferences.eligibility import Ask, Decision, may_send
from preferences.facts import Facts
from preferences.quiet_hours import Rule, quiet_until
from tracking.models import Event
from tracking.steps import Step

#: The step that answers for each refusal of preferences.eligibility; suppressions by their beginning.
_STEP_OF: dict[str, str] = {
    "erased": "recipients",
    "channel_not_asked_for": "recipients",
    "unconfirmed": "consent",
    "topic_not_asked_for": "consent",
    "sunset": "consent",
}
_ORDER = ("recipients", "preference", "consent", "suppression")
_OK = {name: Step(name=name, code="ok") for name in (*_ORDER, "throttle", "submit")}
_AT_ONCE = Step(name="digest", code="at_once")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that is known when a mail of one type by one channel is decided about."""

    event: Event
    kind: type[NotificationType]
    channel: str
    facts: Facts
    topic: TopicRule
    at: datetime
    version_id: UUID | None
    address: str = ""  # where the channel reaches the person, if it does
    usual: str = ""  # the channel that needs no asking for, see `usual_channel`
    is_withdrawn: bool = False
    sent_lately: int = 0  # mails of this type and channel to this person within the type's throttle
    quiet_rules: Sequence[Rule] = ()
    beyond_caps: datetime | None = None  # when there is room again, if the caps are used up

    @property
    def ask(self) -> Ask:
        """What the eligibility rules are asked."""
        return ask_about(self.kind, self.channel, self.topic, usual=self.usual)

    @property
    def due_at(self) -> datetime:
        """When it is to be sent, if nothing stands against it."""
        due = self.event.received_at + self.kind.delay
        return max(due, self.event.send_at) if self.event.send_at else due

    @property
    def expires_at(self) -> datetime | None:
        """From when on it is of no use; counted from the time to send where one was given."""
        if self.kind.expires_after is None:
            return None
        start = max(self.event.received_at, self.event.send_at) if self.event.send_at else self.event.received_at
        return start + self.kind.expires_after


def usual_channel(
    kind: type[NotificationType], facts: Facts, topic: TopicRule, *, reaches: Callable[[str], bool], at: datetime
) -> str:
    """The channel that a type takes unless told otherwise: its first, or e-mail where only that is open to the person.

    `reaches`: whether a channel knows where. No other channel is taken that nobody asked for.
    """
    first = kind.channels[0]
    if first == EMAIL or EMAIL not in kind.channels:
        return first

    def is_open(channel: str) -> bool:
        return reaches(channel) and may_send(facts, ask_about(kind, channel, topic, usual=channel), at=at).allowed

    return EMAIL if not is_open(first) and is_open(EMAIL) else first


def ask_about(kind: type[NotificationType], channel: str, topic: TopicRule, *, usual: str = "") -> Ask:
    """What the eligibility rules are asked about a type and a channel; `usual`: see `usual_channel`."""
    by_default = {kind.channels[0], usual}
    return Ask(
        stream=kind.stream, type_key=kind.key, topic_key=kind.topic, is_required=kind.is_required,
        is_topic_default_on=topic.is_default_on, channel=channel, is_channel_default_on=channel in by_default,
    )  # fmt: skip


def walk(case: Case) -> list[Step]:
    """The steps of one type and channel up to the first that stops it."""
    taken: list[Step] = []
    decision = may_send(case.facts, case.ask, at=case.at)
    steps: tuple[Callable[[Case, Decision], Step], ...] = (
        recipients, preference, consent, suppression, throttle, digest, submit,
    )  # fmt: skip
    for step in steps:
        taken.append(step(case, decision))
        if taken[-1].is_stop:
            return taken
    return taken + expectations(case) if taken[-2] is _AT_ONCE else taken


def recipients(case: Case, decision: Decision) -> Step:
    """Is there a person who can be reached this way, and who gets it this way?"""
    step = _of_rules("recipients", case, decision)
    if not step.is_stop and not case.address:
        return Step(name="recipients", code=no_way(case.channel), is_stop=True)
    return step


def no_way(channel: str) -> str:
    """The reason where a channel does not reach a person."""
    return "no_phone" if channel == SMS else "no_address"


def preference(case: Case, decision: Decision) -> Step:
    """Does the person want it, and not pause mail?"""
    return _of_rules("preference", case, decision)


def consent(case: Case, decision: Decision) -> Step:
    """Did the person ask for it where that is needed, and still show interest?"""
    return _of_rules("consent", case, decision)


def suppression(case: Case, decision: Decision) -> Step:
    """May anything be sent to this address at all?"""
    return _of_rules("suppression", case, decision)


def throttle(case: Case, decision: Decision) -> Step:
    """Did the person get enough of this type lately?"""
    rule = case.kind.throttle
    if rule is None or case.sent_lately < rule.most:
        return _OK["throttle"]
    return Step(name="throttle", code="throttled", detail=str(case.sent_lately), is_stop=True)


def digest(case: Case, decision: Decision) -> Step:
    """At once, or gathered with others?"""
    cadence = cadence_of(case.kind, decision.frequency)
    return _AT_ONCE if cadence is None else Step(name="digest", code=cadence.value)


def submit(case: Case, decision: Decision) -> Step:
    """Is it still wanted, in time and ready to be sent?"""
    if case.is_withdrawn:
        return Step(name="submit", code="withdrawn", is_stop=True)
    if case.expires_at is not None and case.expires_at <= case.at:
        return Step(name="submit", code="expired", is_stop=True)
    if case.version_id is None:
        return Step(name="submit", code="unknown_template", is_stop=True)
    return _OK["submit"]


def expectations(case: Case) -> list[Step]:
    """What the gate is likely to say at the moment of sending, where that is not "go"."""
    if case.kind.stream not in CAPPED_STREAMS or case.kind.is_required:
        return []
    found: list[Step] = []
    if until := quiet_until(case.quiet_rules, case.facts, case.kind.stream, at=max(case.due_at, case.at)):
        found.append(Step(name="quiet_hours", code="expected", detail=until.isoformat(timespec="minutes")))
    if case.beyond_caps is not None:
        found.append(Step(name="caps", code=f"expected_{case.kind.beyond_cap}"))
    return found


def _of_rules(name: str, case: Case, decision: Decision) -> Step:
    """What eligibility says in this step's field; a suppression hides no wish of the person, so both are asked for."""
    if decision.allowed:
        return _OK[name]
    told = decision if name == "suppression" else aside_from_suppressions(case.facts, case.ask, decision, at=case.at)
    is_mine = not told.allowed and step_of(told.reason) == name
    return Step(name=name, code=told.reason, is_stop=True) if is_mine else _OK[name]


def aside_from_suppressions(facts: Facts, ask: Ask, decision: Decision, *, at: datetime) -> Decision:
    """What the rules would say to a person whose address is not suppressed."""
    if step_of(decision.reason) != "suppression":
        return decision
    return may_send(replace(facts, suppressions={}), ask, at=at)


def plain_trail(refusal: str = "") -> list[list[str]]:
    """The trail of a mail that takes every step, or that the eligibility rules refuse: for history that is made up."""
    stop = step_of(refusal) if refusal else ""
    names = _ORDER[: _ORDER.index(stop)] if stop else _ORDER
    passed = [[name, "ok"] for name in names]
    rest = [[stop, refusal]] if stop else [["throttle", "ok"], ["digest", "at_once"], ["submit", "ok"]]
    return [*passed, *rest]


def step_of(reason: str) -> str:
    """The step that a refusal of the eligibility rules belongs to."""
    if reason.startswith("suppressed"):
        return "suppression"
    return _STEP_OF.get(reason, "preference")
