"""For whom is a mail rendered before it is sent? Made-up people, and contacts whose mails tend to go wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError

from notifications.compose.preflight.sampling import Reader
from notifications.delivery.variables import describe, load_people
from notifications.preview import sample_payload, sample_variables
from notifications.usages import type_using
from preferences.contacts import find_contact_id
from preferences.models import Contact

#: Of each of the two sorts, out of so many newest ones.
CONTACTS, CONTACTS_LOOKED_AT = 25, 5_000


def made_up_readers(template_key: str) -> list[Reader]:
    """Somebody of whom all is known, and somebody of whom nothing is that need not be."""
    variables = {**sample_variables(template_key), "payload": payload_for(template_key)}
    bare_contact = dict.fromkeys(variables["contact"], "") | {"email": "kim@example.com"}
    bare = {**variables, "contact": bare_contact, "payload": _bare_payload(template_key, variables["payload"])}
    return [
        Reader(who="a made-up person", variables=variables, is_made_up=True),
        Reader(who="somebody of whom little is known", variables=bare, is_made_up=True),
    ]


def contact_readers(template_key: str, contact_ids: Iterable[int]) -> list[Reader]:
    """Contacts, with a made-up payload. They are named by their ids."""
    variables = {**sample_variables(template_key), "payload": payload_for(template_key)}
    return [
        Reader(who=f"contact {person.id}", variables={**variables, "contact": describe(person)}, is_made_up=False)
        for person in load_people(contact_ids).values()
    ]


def telling_contacts() -> list[int]:
    """The newest contacts, and the newest without a first name."""
    reached = Contact.objects.filter(address__isnull=False).order_by("-pk")
    nameless = Contact.objects.filter(pk__in=reached.values("pk")[:CONTACTS_LOOKED_AT], first_name="").order_by("-pk")
    found = (rows.values_list("pk", flat=True)[:CONTACTS] for rows in (reached, nameless))
    return list(dict.fromkeys(contact_id for ids in found for contact_id in ids))


def find_contact(text: str) -> int | None:
    """The id of the contact with this address or id."""
    if text.isdecimal() and len(text) < 19:
        return Contact.objects.filter(pk=int(text), address__isnull=False).values_list("pk", flat=True).first()
    return find_contact_id(text)


def payload_for(template_key: str, type_key: str = "") -> dict[str, Any]:
    """A payload of the right shape, or that of a digest."""
    declared = type_using(template_key, type_key)
    if declared is None:
        return {}
    payload = sample_payload(declared.event)
    return payload if declared.template == template_key else {"items": [payload, payload], "total": 2}


def _bare_payload(template_key: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The payload without what its event may leave out, as the event would be stored."""
    declared = type_using(template_key)
    if declared is None or declared.template != template_key:
        return payload
    fields = declared.payload.model_fields
    given = {name: value for name, value in payload.items() if name in fields and fields[name].is_required()}
    return _stored(declared.payload, given) or payload


def _stored(model: type[BaseModel], given: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return model.model_validate(given).model_dump(mode="json") | given
    except ValidationError:
        return None
