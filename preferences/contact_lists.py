"""Who is on a list, and what becomes of it when somebody is erased?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from preferences.holdings import Holding, Traces, register_holding
from preferences.models import Contact, ContactList, ListMember


def register() -> None:
    """Have memberships counted, exported and erased with the rest of a person."""
    register_holding(Holding(name="lists", title="lists", count=_count, export=_export, erase=_erase))


def _count(contact_id: int) -> int:
    return ListMember.objects.filter(contact_id=contact_id).count()


def _export(contact_id: int) -> Sequence[Any]:
    return list(ListMember.objects.filter(contact_id=contact_id).order_by("pk").values("list__name", "added_at"))


def _erase(traces: Traces, limit: int) -> int:
    rows = ListMember.objects.filter(contact_id=traces.contact_id).values_list("pk", flat=True)[:limit]
    return ListMember.objects.filter(pk__in=list(rows)).delete()[0]


@transaction.atomic
def put_on(one: ContactList, contact: Contact, *, by: int | None) -> bool:
    """Put a contact on a list; whether that is new."""
    _member, is_new = ListMember.objects.get_or_create(list=one, contact=contact)
    if is_new:
        _note(contact, f"Put on the list {one.pk}.", by=by)
    return is_new


@transaction.atomic
def take_off(one: ContactList, contact: Contact, *, by: int | None) -> bool:
    """Take a contact off a list; whether it was on it."""
    was_on = bool(ListMember.objects.filter(list=one, contact=contact).delete()[0])
    if was_on:
        _note(contact, f"Taken off the list {one.pk}.", by=by)
    return was_on


def _note(contact: Contact, words: str, *, by: int | None) -> None:
    if by is not None:
        LogEntry.objects.create(
            user_id=by, action_flag=CHANGE, object_id=str(contact.pk), object_repr=f"contact {contact.pk}",
            content_type=ContentType.objects.get_for_model(Contact), change_message=words,
        )  # fmt: skip
