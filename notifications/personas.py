"""As whom is a mail read before it is sent? A made-up person, a hard case, or a contact with a made-up payload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from notifications.delivery.variables import describe, load_people
from notifications.preflight_readers import find_contact, payload_for
from notifications.preview import sample_variables
from notifications.usages import type_using

MADE_UP = "made-up"
HARD_CASES: dict[str, dict[str, Any]] = {
    MADE_UP: {},
    "longest name": {"first_name": "Maximiliane-Konstantinopolina", "last_name": "Wolfeschlegelsteinhausenbergerdorff"},
    "missing fields": {"first_name": "", "last_name": "", "locale": "", "time_zone": ""},
    "right-to-left": {"first_name": "ليلى", "last_name": "حداد", "locale": "ar"},
    "markup in the name": {"first_name": "<b>Bobby</b> & \"Co\"", "last_name": "{{ 7 | times: 7 }}"},
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """Whose values a mail is read with: a hard case by name, or a contact by id; and as a mail of which type."""

    case: str = MADE_UP
    contact_id: int | None = None
    type_key: str = ""  # empty: of the first one that sends the template


def find_persona(typed: str, case: str, *, type_key: str = "") -> Persona | None:
    """The contact with this address or id, or the hard case where none was typed; None: no such contact."""
    if typed.strip():
        found = find_contact(typed.strip())
        return Persona(case="", contact_id=found, type_key=type_key) if found is not None else None
    return Persona(case=case if case in HARD_CASES else MADE_UP, type_key=type_key)


def variables_as(template_key: str, persona: Persona) -> dict[str, Any]:
    """What a template sees of a persona; of a contact who was erased meanwhile, what it sees of the made-up person."""
    kind = type_using(template_key, persona.type_key)
    known = {**sample_variables(template_key, kind), "payload": payload_for(template_key, persona.type_key)}
    if persona.contact_id is None:
        return {**known, "contact": {**known["contact"], **HARD_CASES.get(persona.case, {})}}
    person = load_people([persona.contact_id]).get(persona.contact_id)
    return {**known, "contact": describe(person)} if person else known
