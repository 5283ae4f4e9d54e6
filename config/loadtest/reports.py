"""What would providers report about these mails? Signed webhooks, worded by the simulator's own code."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from notifications.delivery.models import Provider
from notifications.delivery.simulated import make_account
from notifications.simulator.accounts import Account, read_account
from notifications.simulator.providers import registry
from notifications.simulator.shapes import Accept, EventKind, Headers, Mail, Notice

#: What is told about each mail, in turn.
STORY = (EventKind.DELIVERED, EventKind.OPENED, EventKind.CLICKED)
_MOST_EVENTS = 100  # in one webhook, where the provider bundles them


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One webhook, ready to be sent."""

    url: str
    headers: Headers
    body: bytes
    events: int


def write_posts(provider: Provider, messages: Sequence[tuple[UUID, str]], *, number: int) -> Iterator[Post]:
    """Webhooks with `number` events in all about mails, given as (message id, address)."""
    account = read_account(make_account(provider))
    webhooks = registry()[provider.kind].webhooks
    size = min(webhooks.BATCH, _MOST_EVENTS)
    for start in range(0, number, size):
        at = time.time()
        notices = [_notice(turn, messages, account, at) for turn in range(start, min(start + size, number))]
        events = [event for notice in notices if (event := webhooks.describe(notice)) is not None]
        body = webhooks.encode(events, account, at)
        headers = webhooks.sign(body, account, f"msg_{notices[0].identity}", at)
        yield Post(url=account.webhook_url, headers=headers, body=body, events=len(events))


def _notice(turn: int, messages: Sequence[tuple[UUID, str]], account: Account, at: float) -> Notice:
    message_id, address = messages[turn // len(STORY)]
    metadata = {"message_id": str(message_id)}
    headers = (("Message-ID", f"<{message_id}@load.example>"), ("From", "a@load.example"), ("To", address),
               ("X-Metadata", json.dumps(metadata)))  # fmt: skip
    accept = Accept(
        number=turn, call=turn, position=0, at=at, provider=account.provider, account=account.name, recipient=address,
        message_id=str(message_id), provider_message_id=f"load-{message_id.hex}", subject="", idempotency_key="",
    )  # fmt: skip
    mail = Mail(recipient=address, subject="Hello", html="", text="", headers=headers, metadata=metadata)
    kind = STORY[turn % len(STORY)]
    url = "https://shop.example/offers/1" if kind is EventKind.CLICKED else ""
    return Notice(kind=kind, identity=_identity(message_id, kind), at=at, accept=accept, mail=mail, url=url)


def _identity(message_id: UUID, kind: EventKind) -> str:
    """The provider's own id of the event; some show only its beginning, so that must be unique."""
    return hashlib.blake2b(f"{message_id}{kind}".encode(), digest_size=16).hexdigest()
