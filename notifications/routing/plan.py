"""What mails does this event cause, and if none, why? One plan for each type and channel, with all its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from notifications.catalog import NotificationType, types_for_event
from notifications.compose.models import TemplateVersion
from notifications.compose.versions import UnknownTemplate, current_version_id
from notifications.delivery.outbox import Submission
from notifications.routing.models import Digest
from notifications.routing.order import order_key
from notifications.routing.reading import Reading
from notifications.routing.steps import Case, usual_channel, walk
from notifications.routing.topics import topic_rule
from preferences.facts import Facts
from tracking.models import Event, Message
from tracking.steps import Step

_NO_VERSION = UUID(int=0)
#: What a mail becomes in the log when a step stops it; any other: skipped.
_STATE_OF: dict[str, Message.State] = {
    "expired": Message.State.EXPIRED,
    "withdrawn": Message.State.CANCELLED,
    "unknown_template": Message.State.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A mail to submit, to gather in a digest (`cadence`), or, with a refusal, to log in `state` and not to send."""

    event: Event
    kind: type[NotificationType]
    facts: Facts
    submission: Submission
    steps: tuple[Step, ...]
    cadence: Digest.Cadence | None = None

    @property
    def refusal(self) -> str | None:
        """The code of the step that stopped it."""
        return self.steps[-1].code if self.steps[-1].is_stop else None

    @property
    def state(self) -> Message.State:
        """What it becomes in the log."""
        return _STATE_OF.get(self.refusal, Message.State.SKIPPED) if self.refusal else Message.State.QUEUED


def plan_event(event: Event, reading: Reading) -> list[Plan]:
    """Decide about all types and channels of one event; what passes is counted for the throttles of the next.

    Caps, quiet hours and the like are decided again by the gate, at the moment of sending.
    """
    facts = reading.facts.get(event.contact_id or 0)
    if facts is None:
        return []
    return [plan for kind in types_for_event(event.name) for plan in _plans_of(event, kind, facts, reading)]


def _plans_of(event: Event, kind: type[NotificationType], facts: Facts, reading: Reading) -> list[Plan]:
    """One plan a channel; a further channel that the person never asked for is but a remark on the first.

    Where the first does not reach the person or was refused, e-mail takes its place, if the type has it.
    """
    usual = usual_channel(
        kind, facts, topic_rule(kind.topic), reaches=lambda one: bool(reading.address(one, facts)), at=reading.at
    )
    wanted = [one for one in kind.channels if one in (kind.channels[0], usual) or _asks_for(facts, one)]
    plans = [_plan(event, kind, facts, reading, channel=channel, usual=usual) for channel in wanted]
    remarks = [
        Step(name="channel", code="not_asked_for", detail=channel) for channel in kind.channels if channel not in wanted
    ]
    return [_with_remarks(plans[0], remarks), *plans[1:]] if remarks else plans


def _asks_for(facts: Facts, channel: str) -> bool:
    return any(key[2] == channel and frequency != "never" for key, frequency in facts.choices.items())


def _plan(
    event: Event, kind: type[NotificationType], facts: Facts, reading: Reading, *, channel: str, usual: str
) -> Plan:
    version_id, ref = _version(kind, facts.locale)
    case = reading.complete(
        Case(
            event=event, kind=kind, channel=channel, facts=facts, topic=topic_rule(kind.topic), at=reading.at,
            version_id=version_id, usual=usual,
        )
    )  # fmt: skip
    steps = tuple(walk(case))
    if not steps[-1].is_stop:
        reading.count(case)
    return Plan(
        event=event, kind=kind, facts=facts, steps=steps, cadence=_cadence(steps),
        submission=_submission(case, version_id=version_id or _NO_VERSION, ref=ref, trail=_trail(steps)),
    )  # fmt: skip


def _with_remarks(plan: Plan, remarks: Sequence[Step]) -> Plan:
    steps = (*remarks, *plan.steps)
    return replace(plan, steps=steps, submission=replace(plan.submission, trail=_trail(steps)))


def _cadence(steps: Sequence[Step]) -> Digest.Cadence | None:
    code = next((step.code for step in steps if step.name == "digest"), "at_once")
    return None if code == "at_once" or steps[-1].is_stop else Digest.Cadence(code)


def _trail(steps: Sequence[Step]) -> list[list[str]]:
    """The steps as a message's row keeps them."""
    return [[step.name, step.coded] for step in steps]


def _version(kind: type[NotificationType], locale: str) -> tuple[UUID | None, str]:
    try:
        version_id = current_version_id(kind.template, locale)
    except UnknownTemplate:
        return None, kind.template
    return version_id, ref_of(version_id, kind.template)


_refs: dict[UUID, str] = {}


def ref_of(version_id: UUID, template_key: str) -> str:
    """The readable name of a version; it never changes, so it is remembered."""
    if version_id not in _refs:
        number = TemplateVersion.objects.values_list("number", flat=True).get(pk=version_id)
        _refs[version_id] = f"{template_key}@{number}"
    return _refs[version_id]


def _submission(case: Case, *, version_id: UUID, ref: str, trail: list[list[str]]) -> Submission:
    event, kind, facts = case.event, case.kind, case.facts
    return Submission(
        contact_id=facts.contact_id, address=case.address,
        source=f"event:{event.pk}", event_id=event.pk, type_key=kind.key, topic_key=kind.topic, stream=kind.stream,
        channel=case.channel, beyond_cap=kind.beyond_cap, priority=kind.priority, template_version_id=version_id,
        template_ref=ref, due_at=case.due_at, expires_at=case.expires_at, order_key=order_key(event, kind),
        payload=event.payload, secrets=bytes(event.secrets) if event.secrets else None,
        is_required=kind.is_required, is_topic_default_on=case.topic.is_default_on, is_tracked=kind.is_tracked,
        on_unknown=kind.on_unknown, trail=trail,
    )  # fmt: skip
