"""How does a contact stay in step with its Django user? By a signal, in the transaction that saves the user.

Off until `POSTRIDER_USER_FIELDS` says what goes where: "first_name=first_name", "attribute:plan=profile.plan". Nothing
here can break the saving of a user: what cannot be taken over is logged, and the user is saved all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist
from django.db import DatabaseError, transaction
from django.db.models.signals import post_save, pre_delete

from preferences.addresses import BadAddress
from preferences.attribute_kinds import BadValue
from preferences.attributes import parse_attributes
from preferences.contact_editing import EDITABLE, edit_contact
from preferences.contacts import AddressTaken, NoSuchContact, change_address, clean_name, is_erased, resolve_contact
from preferences.erasure import erase_contact
from preferences.locales import normal_locale
from preferences.models import Contact
from preferences.phones import BadPhone, normalise_phone
from preferences.time_zones import is_zone

logger = logging.getLogger("postrider.users")

_ATTRIBUTE = "attribute:"
_PAGE = 1_000


def connect() -> None:
    """Hear of users that are saved and deleted. Raises ImproperlyConfigured for a setting that means nothing."""
    if bad := find_bad_targets():
        raise ImproperlyConfigured(
            f"POSTRIDER_USER_FIELDS: {', '.join(bad)} cannot be filled. Write {', '.join(EDITABLE)} or attribute:key,"
            " then = and the user's field: first_name=first_name,attribute:plan=profile.plan"
        )
    user = get_user_model()
    post_save.connect(_on_save, sender=user, dispatch_uid="preferences.users")
    pre_delete.connect(_on_delete, sender=user, dispatch_uid="preferences.users")


def read_mapping() -> dict[str, str]:
    """{where it goes: where it stands at the user}; empty where users and contacts are not kept in step."""
    pairs = (entry.partition("=") for entry in settings.POSTRIDER_USER_FIELDS)
    return {target.strip(): path.strip() for target, _equals, path in pairs}


def find_bad_targets() -> list[str]:
    """Entries of the setting that mean nothing."""
    return [
        target for target, path in read_mapping().items()
        if not path or not (target in EDITABLE or target.removeprefix(_ATTRIBUTE) != target)
    ]  # fmt: skip


def _on_save(sender: Any, instance: AbstractBaseUser, raw: bool = False, **_: Any) -> None:
    if raw or not settings.POSTRIDER_USER_FIELDS:
        return
    try:
        with transaction.atomic():  # a savepoint: the caller's transaction goes on, whatever happens in it
            follow_user(instance)
    except (NoSuchContact, BadAddress) as fault:
        logger.info("user %s has no contact: %s", instance.pk, fault)
    except AddressTaken:
        logger.warning("user %s: another contact has the new address; theirs keeps the old one", instance.pk)
    except DatabaseError:
        logger.exception("user %s: the contact was not kept in step", instance.pk)


def _on_delete(sender: Any, instance: AbstractBaseUser, **_: Any) -> None:
    """The contact stays, without a user, unless users are to take their contacts with them."""
    if settings.POSTRIDER_ERASE_WITH_USER:
        contact = Contact.objects.filter(user_id=instance.pk, erased_at=None).first()
        if contact is not None:
            erase_contact(contact, source="user deleted")


@transaction.atomic
def follow_user(user: AbstractBaseUser) -> bool:
    """Bring a user's contact into step, made and linked when missing; whether anything changed.

    A blank never clears what is known. Raises BadAddress, AddressTaken, or NoSuchContact (no address, or erased).
    """
    contact = resolve_contact(user)
    if contact.user_id != user.pk:
        return False  # the address belongs to another user's contact
    email = str(getattr(user, user.get_email_field_name(), "") or "").strip()
    is_moved = bool(email) and email != contact.email
    if is_moved and is_erased(email):
        raise NoSuchContact("the person with the new address was erased")
    if is_moved:
        contact = change_address(contact.pk, email)
    columns, attributes = {}, {}
    for target, value in _values(user):
        if target in EDITABLE and value != getattr(contact, target):
            columns[target] = value
        elif target not in EDITABLE and value != contact.attributes.get(target):
            attributes[target] = value
    return edit_contact(contact.pk, columns=columns, attributes=attributes, by=None) or is_moved


def follow_all_users() -> Iterator[int]:
    """Bring all users' contacts into step, page by page; yields how many of each page were looked at."""
    users: Any = get_user_model()._default_manager
    last = 0
    while page := list(users.filter(pk__gt=last).order_by("pk")[:_PAGE]):
        for user in page:
            _on_save(type(user), user)
        last = page[-1].pk
        yield len(page)


def _values(user: AbstractBaseUser) -> Iterator[tuple[str, Any]]:
    """(column or attribute key, value) of all that the user has and that fits."""
    for target, path in read_mapping().items():
        try:
            value = _plain(_follow(user, path))
            if value in (None, ""):
                continue
            key = target.removeprefix(_ATTRIBUTE)
            is_column = target in EDITABLE
            yield key, _cleaned(target, value) if is_column else parse_attributes({key: value})[key]
        except (BadValue, BadAddress, BadPhone) as fault:
            logger.info("user %s: %s not taken over (%s)", user.pk, path, fault)


def _follow(user: AbstractBaseUser, path: str) -> Any:
    held: Any = user
    for name in path.split("."):
        try:
            held = getattr(held, name, None)
        except ObjectDoesNotExist:
            return None
    return held


def _plain(value: Any) -> Any:
    """As JSON can hold it."""
    if isinstance(value, datetime | date):
        return value.date().isoformat() if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return value if value is None or isinstance(value, str | int | float | bool | list | dict) else str(value)


def _cleaned(column: str, value: Any) -> str:
    text = str(value).strip()
    if column == "phone":
        return normalise_phone(text)
    if column == "locale":
        return normal_locale(text)[:16]
    if column == "time_zone" and not is_zone(text):
        raise BadValue("there is no such time zone")
    return text if column == "time_zone" else clean_name(text)
