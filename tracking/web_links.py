"""Under which address can a mail be read in a browser? One that may be passed on, and one for its recipient alone."""

from __future__ import annotations

import struct
from datetime import datetime
from uuid import UUID

from django.conf import settings

from config import tokens
from config.tokens import BadToken

_TO_ALL = "web version"
_OWN = "own web version"
_UNTIL = struct.Struct(">Q")


def web_version_url(message_id: UUID) -> str:
    """The address that stands in the mail: whoever has it sees the version for everybody, so it may be passed on."""
    return f"{settings.POSTRIDER_PUBLIC_URL}/w/{tokens.sign(_TO_ALL, message_id.bytes)}"


def yours_url() -> str:
    """Where the links lead that work in the person's own mail only."""
    return f"{settings.POSTRIDER_PUBLIC_URL}/w/yours"


def read_web_version(token: str) -> UUID:
    """The message of a token; raises BadToken."""
    payload = tokens.read(_TO_ALL, token)
    if len(payload) != 16:
        raise BadToken
    return UUID(bytes=payload)


def own_copy_token(message_id: UUID, *, until: datetime) -> str:
    """What shows the recipient's own copy until that time."""
    return tokens.sign(_OWN, _UNTIL.pack(int(until.timestamp())) + message_id.bytes)


def read_own_copy(token: str, *, at: datetime) -> UUID:
    """The message of a token whose time is not over; raises BadToken."""
    payload = tokens.read(_OWN, token)
    if len(payload) != _UNTIL.size + 16 or _UNTIL.unpack(payload[: _UNTIL.size])[0] <= at.timestamp():
        raise BadToken
    return UUID(bytes=payload[_UNTIL.size :])
