"""Which mailbox takes an unsubscribe by mail, and whose wish is a mail to it?

The name of the mailbox is signed and says what the link beside it says. Mail systems may change the case of a name and
allow it 64 characters, so it is spelt in base 32 and its numbers are short.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings

from config import tokens
from config.tokens import BadToken
from preferences.links import Leave, read_unsubscribe

_PURPOSE = "unsubscribe by mail"
_PREFIX = "out+"
_CONTACT, _TOPIC, _MESSAGE = 5, 3, 16  # bytes
#: Base 32 of the numbers and of the twelve bytes that sign them.
_NAME = re.compile(rf"(?<![\w+.-]){re.escape(_PREFIX)}([a-z2-7]{{58}})(?![\w+-])", re.IGNORECASE)


def leave_mailbox(unsubscribe_url: str) -> str:
    """The mailbox of the same wish as an unsubscribe link; "" where no mail comes in. Raises BadToken."""
    if not settings.POSTRIDER_INBOUND_DOMAIN or not unsubscribe_url:
        return ""
    leave = read_unsubscribe(unsubscribe_url.rpartition("/")[2])
    payload = leave.contact_id.to_bytes(_CONTACT) + leave.topic_id.to_bytes(_TOPIC) + leave.message_id.bytes
    return f"{_PREFIX}{_spell(tokens.sign(_PURPOSE, payload))}@{settings.POSTRIDER_INBOUND_DOMAIN}"


def find_leave(texts: Iterable[str]) -> Leave | None:
    """The first wish that is named in these addresses or subjects and was signed by us."""
    for text in texts:
        for name in _NAME.findall(text):
            try:
                return _read(name)
            except BadToken:
                continue
    return None


def _read(name: str) -> Leave:
    payload = tokens.read(_PURPOSE, _unspell(name))
    if len(payload) != _CONTACT + _TOPIC + _MESSAGE:
        raise BadToken
    contact, topic = payload[:_CONTACT], payload[_CONTACT : _CONTACT + _TOPIC]
    return Leave(
        contact_id=int.from_bytes(contact), topic_id=int.from_bytes(topic), message_id=UUID(bytes=payload[-_MESSAGE:])
    )


def _spell(token: str) -> str:
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    return base64.b32encode(raw).decode().rstrip("=").lower()


def _unspell(name: str) -> str:
    try:
        raw = base64.b32decode(name.upper() + "=" * (-len(name) % 8))
    except binascii.Error:
        raise BadToken from None
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
