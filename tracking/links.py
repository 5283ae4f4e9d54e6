"""Where does a tracked link lead? To the stored address, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit
from uuid import UUID

from config import tokens
from config.tokens import BadToken
from tracking.models import Link, Message

_PURPOSE = "mail"
_SAFE_SCHEMES = frozenset({"http", "https", "mailto"})

#: Gives the address of personal link `index` in what was sent as `message`, or None. Set by the delivery engine.
PersonalTarget = Callable[[Message, int], str | None]
_personal_target: list[PersonalTarget] = []


def message_token(message_id: UUID) -> str:
    """The one short string by which the links and the pixel of a mail know it."""
    return tokens.sign(_PURPOSE, message_id.bytes)


def read_message_token(token: str) -> UUID:
    """The message of a token; raises BadToken."""
    payload = tokens.read(_PURPOSE, token)
    if len(payload) != 16:
        raise BadToken
    return UUID(bytes=payload)


def provide_personal_targets(source: PersonalTarget) -> None:
    """Let an upper app say where personal links lead."""
    _personal_target[:] = [source]


def find_target(message: Message, number: int, index: int | None) -> str | None:
    """The address behind link `number` (and personal link `index`) of a message, or None."""
    if message.template_version_id is None:
        return None
    url = _stored_url(message.template_version_id, number)
    if url is None and index is not None and _personal_target:
        url = _personal_target[0](message, index)
    return url if url and is_safe(url) else None


def is_safe(url: str) -> bool:
    """Whether an address may be redirected to: http, https or mailto, with a host, and no control characters."""
    if any(ord(character) <= 32 or ord(character) == 127 for character in url) or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme not in _SAFE_SCHEMES:
        return False
    return parts.scheme == "mailto" or (bool(parts.hostname) and parts.username is None)


@lru_cache(maxsize=4096)
def _stored_url(version_id: UUID, number: int) -> str | None:
    """Links of a version never change, so they are remembered."""
    return Link.objects.filter(version_id=version_id, number=number).values_list("url", flat=True).first()
