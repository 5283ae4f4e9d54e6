"""How was this event taken in? validate → idempotency → dedupe → recipients, told from its row. Pure."""

from __future__ import annotations

from tracking.models import Event
from tracking.schemas import EventSchema
from tracking.steps import Step


def judge_intake(event: Event, schema: EventSchema | None) -> list[Step]:
    """The steps that the event itself took, up to the one that refused it; `schema` is its name's of today."""
    if event.state == Event.State.WITHDRAWAL:
        return [_step("validate", "withdrawal", is_stop=True)]
    refused = _refusing_step(event)
    taken: list[Step] = []
    for step in (validate(event), idempotency(event), dedupe(event, schema), recipients(event)):
        if refused is not None and refused.name == step.name:
            return [*taken, refused]
        taken.append(step)
        if step.is_stop:
            return taken
    return taken


def validate(event: Event) -> Step:
    """Was its name declared, and did its payload fit? Refused, it never came further."""
    return _step("validate", "ok")


def idempotency(event: Event) -> Step:
    """Was its key used before?"""
    if event.is_replay:
        return _step("idempotency", "replayed")
    return _step("idempotency", "new" if event.key else "no_key")


def dedupe(event: Event, schema: EventSchema | None) -> Step:
    """Had the same happened within the declared window?"""
    if event.state == Event.State.DUPLICATE:
        return _step("dedupe", "duplicate", str(event.duplicate_of or ""), is_stop=True)
    if event.key:
        return _step("dedupe", "keyed")
    return _step("dedupe", "new" if schema is not None and schema.dedupe_window else "no_window")


def recipients(event: Event) -> Step:
    """Whom is it about?"""
    return _step("recipients", "known")


def _refusing_step(event: Event) -> Step | None:
    """Which step refused it, by the path of its first fault. One that crashed in routing was taken in well."""
    if event.state != Event.State.REFUSED:
        return None
    path = str(event.faults[0].get("path", "")) if event.faults else ""
    if path == "routing":
        return None
    told = _told(event)
    if path == "key" and told.startswith("key: key_reused"):
        return _step("idempotency", "key_reused", is_stop=True)
    if path == "contact":
        return _step("recipients", "unknown", told.removeprefix("contact: "), is_stop=True)
    return _step("validate", "refused", told, is_stop=True)


def _told(event: Event) -> str:
    faults = [f"{fault.get('path', '')}: {fault.get('reason', '')}" for fault in event.faults]
    return "; ".join(fault.rstrip(".") for fault in faults) or "the reason was not kept"


def _step(name: str, code: str, detail: str = "", *, is_stop: bool = False) -> Step:
    return Step(name=name, code=code, detail=detail, is_stop=is_stop)
