"""How does a call become journaled accepts?"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from .accounts import Account
from .clock import Clock
from .journal import Entry, Journal
from .shapes import Answer, Batch

_UUID_IN_ID = re.compile(r"<([0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})@[^<>]*>", re.IGNORECASE)


def short_identity(identity: str) -> str:
    """`<uuid@host>` as the UUID alone, so that a mail has one id on every way; else unchanged."""
    found = _UUID_IN_ID.fullmatch(identity.strip())
    return str(UUID(found[1])) if found else identity


class Intake:
    """The one writer of accepts; `on_accept` is told after each commit."""

    def __init__(self, journal: Journal, clock: Clock, on_accept: Callable[[], None]) -> None:
        self._journal = journal
        self._clock = clock
        self._on_accept = on_accept

    async def take(
        self,
        batch: Batch,
        answer: Answer,
        *,
        account: Account,
        path: str,
        content_type: str,
        body: bytes,
        key: str = "",
        remembered: tuple[Any, ...] | None = None,
    ) -> None:
        """Return once every accepted mail of the call is on record."""
        mails = _mails(batch, answer.ids)
        if not mails:
            return
        entry = Entry(
            at=self._clock.now(),
            provider=account.provider,
            account=account.name,
            path=path,
            content_type=content_type,
            subject=batch.subject,
            body=body,
            mails=mails,
            idempotency_key=key,
            remembered=remembered,
        )
        await self._journal.append(entry)
        self._on_accept()


def _mails(batch: Batch, ids: Sequence[str | None]) -> list[tuple[int, str, str, str]]:
    return [
        (position, recipient, short_identity(batch.identity(position)), identity)
        for position, (recipient, identity) in enumerate(zip(batch.recipients, ids, strict=True))
        if identity is not None
    ]
