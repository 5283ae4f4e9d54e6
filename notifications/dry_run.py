"""What would happen if this event came now for this contact? Worked out as for a real one, and nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime

from notifications.catalog.channels import EMAIL, SMS
from notifications.compose.models import TemplateVersion
from notifications.event_story import Chapter
from notifications.explanation import sentence_of
from notifications.preview import Sample, render_sample
from notifications.routing.intake import judge_intake
from notifications.routing.plan import Plan, plan_event
from notifications.routing.reading import read_for
from preferences.addresses import BadAddress, normalise_address
from preferences.models import Contact
from tracking.events import rehearse_event
from tracking.models import Event
from tracking.schemas import find_schema
from tracking.steps import Step

#: Sentences that a real event has behind it, and this one before it.
_AHEAD = {
    "ok": "It would be handed to delivery, due {due}.",
    "window": "It would be gathered with what follows within the type's window.",
    "daily": "It would be gathered for the person's daily digest.",
    "weekly": "It would be gathered for the person's weekly digest.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What one type and channel would come to."""

    chapter: Chapter
    outcome: str  # sent, gathered, not sent
    preview: Sample | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """The event's own steps, then what each type and channel would come to."""

    intake: Chapter
    fates: Sequence[Fate]
    is_new_contact: bool


def rehearse(name: str, *, address: str, payload: Mapping[str, Any], key: str = "", at: datetime) -> Rehearsal:
    """Take the event in, decide about it at `at`, render its mails, and undo everything."""
    with transaction.atomic():
        is_new = not Contact.objects.filter(address=_normalised(address)).exists()
        event = rehearse_event(name, contact=address, payload=payload, key=key)
        if event.state == Event.State.ACCEPTED:
            event.received_at = at
        plans = _plans(event, at=at)
        contact = event.contact
        rehearsal = Rehearsal(
            intake=_intake(event, plans), is_new_contact=is_new and contact is not None,
            fates=[_fate(plan, contact, payload) for plan in plans],
        )  # fmt: skip
        transaction.set_rollback(True)
    return rehearsal


def _plans(event: Event, *, at: datetime) -> list[Plan]:
    if event.state != Event.State.ACCEPTED or event.is_replay:
        return []
    return plan_event(event, read_for([event], at=at))


def _intake(event: Event, plans: Sequence[Plan]) -> Chapter:
    steps = judge_intake(event, find_schema(event.name))
    if not plans and not steps[-1].is_stop:
        code = "nothing_new" if event.is_replay else "none"
        steps.append(Step(name="types", code=code, is_stop=True))
    return Chapter(steps=[replace(step, sentence=sentence_of(step)) for step in steps])


def _fate(plan: Plan, contact: Contact | None, payload: Mapping[str, Any]) -> Fate:
    channel = plan.submission.channel
    chapter = Chapter(
        title=plan.kind.title(), type_key=plan.kind.key, channel=channel, state=plan.state if plan.refusal else "",
        steps=[replace(step, sentence=_sentence(step, plan)) for step in plan.steps],
    )  # fmt: skip
    if plan.refusal is not None:
        return Fate(chapter=chapter, outcome="not sent")
    if plan.cadence is not None:
        return Fate(chapter=chapter, outcome="gathered")
    preview = _preview(plan, contact, payload) if channel in {EMAIL, SMS} else None
    return Fate(chapter=chapter, outcome="sent", preview=preview)


def _sentence(step: Step, plan: Plan) -> str:
    if step.name == "digest" and step.code in _AHEAD:
        return _AHEAD[step.code]
    if step.name != "submit" or step.is_stop:
        return sentence_of(step).replace("It was not sent", "It would not be sent")
    if plan.cadence is not None:
        return "The digest is decided about again when it is due."
    return _AHEAD["ok"].format(due=date_format(localtime(plan.submission.due_at), "j M Y, H:i"))


def _preview(plan: Plan, contact: Contact | None, payload: Mapping[str, Any]) -> Sample | None:
    version = TemplateVersion.objects.select_related("template").filter(pk=plan.submission.template_version_id).first()
    if version is None or contact is None:
        return None
    person = {
        **contact.attributes, "email": contact.email, "first_name": contact.first_name,
        "last_name": contact.last_name, "locale": contact.locale, "time_zone": contact.time_zone,
    }  # fmt: skip
    return render_sample(version, {"contact": person, "payload": {**plan.event.payload, **_secrets(plan, payload)}})


def _secrets(plan: Plan, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Secret values as they were typed: the event's own payload masks them."""
    schema = find_schema(plan.event.name)
    return {name: payload[name] for name in schema.secret_fields if name in payload} if schema else {}


def _normalised(address: str) -> str:
    try:
        return normalise_address(address)
    except BadAddress:
        return ""
