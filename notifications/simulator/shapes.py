"""What passes between the doors, the providers and the journal?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from urllib.parse import parse_qsl

Headers = tuple[tuple[str, str], ...]


class EventKind(StrEnum):
    """What can happen to a mail once a provider has accepted it."""

    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"  # for good: the mailbox does not exist
    SOFT_BOUNCED = "soft_bounced"  # given up on for a passing reason: mailbox full
    OPENED = "opened"
    CLICKED = "clicked"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP call to a provider's API; `path` is what follows `/<provider>/`."""

    method: str
    path: str
    headers: Mapping[str, str]  # lower-case names
    body: bytes
    query: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        """What stands behind the question mark, decoded; the last of a name wins."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    body: bytes = b""
    headers: Headers = ()


class Refused(Exception):
    """The call is not accepted; `reply` says so in the provider's own words."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """The mail that one person would see."""

    recipient: str
    subject: str
    html: str
    text: str
    headers: Headers
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()  # file names only
    amp: str = ""  # the text/x-amp-html part

    def header(self, name: str) -> str:
        """The first header of that name, or an empty string."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")


class Batch(Protocol):
    """One API call, read: who gets a mail, and on demand that mail."""

    @property
    def recipients(self) -> Sequence[str]:
        """Bare addresses, one for each mail; a position in it names that mail."""

    @property
    def subject(self) -> str:
        """The subject as sent, before substitution."""

    def identity(self, position: int) -> str:
        """The sender's own message id: metadata `message_id`, else the Message-ID header."""

    def mail(self, position: int, provider_id: str, *, is_whole: bool = True) -> Mail:
        """The mail at that position, substituted as the provider would.

        Webhooks come in storms and need the headers alone: without `is_whole`, html and
        text stay empty.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a provider says to a call: its ids by position (None: that one is refused)."""

    reply: Reply
    ids: Sequence[str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """One journaled mail: a promise to deliver, made to the caller."""

    number: int
    call: int
    position: int
    at: float  # seconds since the epoch
    provider: str
    account: str
    recipient: str
    message_id: str  # the sender's own id
    provider_message_id: str
    subject: str
    idempotency_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something happened to an accepted mail; a provider's `webhooks` module words it."""

    kind: EventKind
    identity: str  # unique and the same at each repeat
    at: float
    accept: Accept
    mail: Mail
    url: str = ""  # the link, for a click
