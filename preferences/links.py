"""Which addresses lead a person to their choices? Signed, never expiring, good for one purpose each."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from dataclasses import asdict
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser

from config import tokens
from config.tokens import BadToken
from preferences.choices import Wish
from preferences.contacts import NoSuchContact, resolve_contact

_UNSUBSCRIBE = "unsubscribe"
_PREFERENCES = "preferences"
_UNDO = "undo"
_WHO = struct.Struct(">QI")


class Leave(NamedTuple):
    """What an unsubscribe link says: who, from which topic (0: everything), from which mail."""

    contact_id: int
    topic_id: int
    message_id: UUID


def unsubscribe_url(leave: Leave) -> str:
    """The address for List-Unsubscribe and the footer; works for ever."""
    payload = _WHO.pack(leave.contact_id, leave.topic_id) + leave.message_id.bytes
    return f"{settings.POSTRIDER_PUBLIC_URL}/u/{tokens.sign(_UNSUBSCRIBE, payload)}"


def read_unsubscribe(token: str) -> Leave:
    """Who wants to leave what; raises BadToken."""
    payload = tokens.read(_UNSUBSCRIBE, token)
    if len(payload) != _WHO.size + 16:
        raise BadToken
    contact_id, topic_id = _WHO.unpack(payload[: _WHO.size])
    return Leave(contact_id=contact_id, topic_id=topic_id, message_id=UUID(bytes=payload[_WHO.size :]))


def preferences_url(contact_id: int) -> str:
    """The address of a contact's own preference page."""
    return f"{settings.POSTRIDER_PUBLIC_URL}/p/{tokens.sign(_PREFERENCES, struct.pack('>Q', contact_id))}"


def read_preferences(token: str) -> int:
    """The id of the contact whose page this is; raises BadToken."""
    payload = tokens.read(_PREFERENCES, token)
    if len(payload) != 8:
        raise BadToken
    contact_id: int = struct.unpack(">Q", payload)[0]
    return contact_id


def preferences_url_for(user: AbstractBaseUser) -> str:
    """The address of the preference page of somebody who is logged in: for a link in your own pages.

    Whoever holds the address may change what that person gets, so show it to nobody else. Raises NoSuchContact (the
    user has no address, was erased, or has the address of another user) or BadAddress.
    """
    contact = resolve_contact(user)
    if contact.user_id != user.pk:
        raise NoSuchContact("the contact with the user's address belongs to another user")
    return preferences_url(contact.pk)


def undo_token(contact_id: int, wishes: Iterable[Wish]) -> str:
    """What the page after an unsubscribe carries, so that an undo restores what was chosen before."""
    payload = [contact_id, [asdict(wish) for wish in wishes]]
    return tokens.sign(_UNDO, json.dumps(payload, separators=(",", ":")).encode())


def read_undo(token: str, *, contact_id: int) -> list[Wish] | None:
    """The wishes in an undo token of this contact; None for anything else."""
    try:
        whose, wishes = json.loads(tokens.read(_UNDO, token))
    except BadToken:
        return None
    return [Wish(**wish) for wish in wishes] if whose == contact_id else None
