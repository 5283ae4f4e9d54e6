"""How does staff change what is known of one contact? Only what was changed is stored, under the contact's lock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from preferences.facts import lock_contact
from preferences.models import Contact

#: The columns that staff may write.
EDITABLE = ("first_name", "last_name", "phone", "locale", "time_zone")


@transaction.atomic
def edit_contact(contact_id: int, *, columns: Mapping[str, str], attributes: Mapping[str, Any], by: int | None) -> bool:
    """Store changed columns and attributes; an attribute that is None is removed. Whether there was anything to do.

    What others changed meanwhile in other attributes stays. The history says which fields changed, not to what.
    """
    if not columns and not attributes:
        return False
    lock_contact(contact_id)
    rows = Contact.objects.filter(pk=contact_id, erased_at=None)
    if columns:
        rows.update(**{name: columns[name] for name in EDITABLE if name in columns})
    if attributes and rows.exists():
        _store_attributes(contact_id, attributes)
    if by is not None:
        _note(contact_id, sorted([*columns, *attributes]), by=by)
    return True


def _store_attributes(contact_id: int, attributes: Mapping[str, Any]) -> None:
    kept = {key: value for key, value in attributes.items() if value is not None}
    gone = [key for key, value in attributes.items() if value is None]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE preferences_contact SET attributes = (attributes - %s::text[]) || %s::jsonb WHERE id = %s",
            [gone, json.dumps(kept), contact_id],
        )


def _note(contact_id: int, fields: list[str], *, by: int) -> None:
    LogEntry.objects.create(
        user_id=by, action_flag=CHANGE, object_id=str(contact_id), object_repr=f"contact {contact_id}",
        content_type=ContentType.objects.get_for_model(Contact), change_message=f"Changed {', '.join(fields)}."[:1000],
    )  # fmt: skip
