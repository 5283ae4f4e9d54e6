"""Who is mail of a stream from? The Sender rows of the console; without one, the settings."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr
from functools import lru_cache

from django.conf import settings

from notifications.delivery.models import Sender
from preferences.addresses import domain_of

#: A change in the console reaches every process within this time.
REMEMBERED_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The From header, its domain, and the address for answers ("" for the same)."""

    sender: str
    domain: str
    reply_to: str = ""


def identity_of(stream: str) -> Identity:
    """Who mail of the stream is from, at most REMEMBERED_SECONDS late."""
    return _identity(stream, int(time.monotonic() / REMEMBERED_SECONDS), _configured(stream))


def forget() -> None:
    """Read anew at the next question."""
    _identity.cache_clear()


def _configured(stream: str) -> str:
    senders: dict[str, str] = settings.POSTRIDER_SENDERS
    return senders.get(stream) or senders["default"]


@lru_cache(maxsize=64)
def _identity(stream: str, _moment: int, configured: str) -> Identity:
    row = Sender.objects.filter(pk=stream).first()
    if row is None:
        return Identity(sender=configured, domain=domain_of(parseaddr(configured)[1]))
    sender = str(Address(display_name=row.name, addr_spec=row.address)) if row.name else row.address
    return Identity(sender=sender, domain=domain_of(row.address), reply_to=row.reply_to)
