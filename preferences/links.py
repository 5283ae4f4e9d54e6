"""Which addresses lead a person to their choices? Signed, never expiring, good for one purpose each."""

from __future__ import annotations

import struct
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from config import tokens
from config.tokens import BadToken

_UNSUBSCRIBE = "unsubscribe"
_PREFERENCES = "preferences"
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
