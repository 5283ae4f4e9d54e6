"""What mail does this event cause for this type, and if none, why? Each step is recorded with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from notifications.catalog import NotificationType
from notifications.compose.models import TemplateVersion
from notifications.compose.versions import UnknownTemplate, current_version_id
from notifications.delivery.outbox import Submission
from notifications.routing.order import order_key
from notifications.routing.topics import TopicRule, topic_rule
from preferences.eligibility import Ask, may_send
from preferences.facts import Facts
from tracking.models import Event, Message

#: Reasons of routing's own, beside those of preferences.eligibility.
REASONS: dict[str, str] = {
    "unknown_template": "Its template was never published: run manage.py sync_templates",
    "expired": "It was too late to be of use",
    "withdrawn": "The application took its event back",
}

_NO_VERSION = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A mail to submit, or (with a refusal) to log in `state` and not to send."""

    submission: Submission
    refusal: str | None
    state: Message.State = Message.State.QUEUED


def plan_mail(
    event: Event, kind: type[NotificationType], facts: Facts, *, at: datetime, is_withdrawn: bool = False
) -> Plan:
    """Decide about one type. Caps, quiet hours and the like are decided again by the gate, at the moment of sending."""
    topic = topic_rule(kind.topic)
    trail = [["event", event.name], ["type", kind.key]]
    refusal, state = _refusal(event, kind, facts, topic, at=at)
    if is_withdrawn:
        refusal, state = "withdrawn", Message.State.CANCELLED
    version_id, ref = _version(kind)
    if refusal is None and version_id is None:
        refusal, state = "unknown_template", Message.State.FAILED
    trail.append(["rules", refusal or "allowed"])
    submission = _submission(event, kind, facts, topic, version_id=version_id or _NO_VERSION, ref=ref, trail=trail)
    return Plan(submission=submission, refusal=refusal, state=state)


def _refusal(
    event: Event, kind: type[NotificationType], facts: Facts, topic: TopicRule, *, at: datetime
) -> tuple[str | None, Message.State]:
    expires_at = _expires_at(event, kind)
    if expires_at is not None and expires_at <= at:
        return "expired", Message.State.EXPIRED
    ask = Ask(
        stream=kind.stream, type_key=kind.key, topic_key=kind.topic, is_required=kind.is_required,
        is_topic_default_on=topic.is_default_on,
    )  # fmt: skip
    decision = may_send(facts, ask, at=at)
    return (None, Message.State.QUEUED) if decision.allowed else (decision.reason, Message.State.SKIPPED)


def _due_at(event: Event, kind: type[NotificationType]) -> datetime:
    due = event.received_at + kind.delay
    return max(due, event.send_at) if event.send_at else due


def _expires_at(event: Event, kind: type[NotificationType]) -> datetime | None:
    """Counted from the time to send where one was given: what is asked for next week must not expire today."""
    if kind.expires_after is None:
        return None
    start = max(event.received_at, event.send_at) if event.send_at else event.received_at
    return start + kind.expires_after


def _version(kind: type[NotificationType]) -> tuple[UUID | None, str]:
    try:
        version_id = current_version_id(kind.template)
    except UnknownTemplate:
        return None, kind.template
    return version_id, _ref(version_id, kind.template)


_refs: dict[UUID, str] = {}


def _ref(version_id: UUID, template_key: str) -> str:
    """The readable name of a version; it never changes, so it is remembered."""
    if version_id not in _refs:
        number = TemplateVersion.objects.values_list("number", flat=True).get(pk=version_id)
        _refs[version_id] = f"{template_key}@{number}"
    return _refs[version_id]


def _submission(
    event: Event, kind: type[NotificationType], facts: Facts, topic: TopicRule, *, version_id: UUID, ref: str,
    trail: list[list[str]],
) -> Submission:  # fmt: skip
    return Submission(
        contact_id=facts.contact_id, address=facts.address or "", source=f"event:{event.pk}", event_id=event.pk,
        type_key=kind.key, topic_key=kind.topic, stream=kind.stream, priority=kind.priority,
        template_version_id=version_id, template_ref=ref, due_at=_due_at(event, kind),
        expires_at=_expires_at(event, kind), order_key=order_key(event, kind),
        payload=event.payload, secrets=bytes(event.secrets) if event.secrets else None,
        is_required=kind.is_required, is_topic_default_on=topic.is_default_on, is_tracked=kind.is_tracked,
        on_unknown=kind.on_unknown, trail=trail,
    )  # fmt: skip
