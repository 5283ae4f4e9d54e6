"""Has this call been made before, under the same key?

A finished call's answer is committed together with its accepts, so that a repeat gets
it also after a crash. A call still under way is known in memory only.
"""

from __future__ import annotations

import hashlib
from typing import Any

from .accounts import Account
from .clock import Clock
from .journal import Journal
from .shapes import Reply, Request
from .wording import JSON_TYPE

LONGEST = 24 * 60 * 60  # seconds that any provider remembers a key


class Conflict(Exception):
    """The key cannot be used for this call; the text is the provider's reason code."""


class KeyRing:
    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        journal.forget_keys(clock.now() - LONGEST)
        self._running: set[tuple[str, str, str]] = set()

    def begin(self, account: Account, key: str, request: Request, *, seconds: int) -> Reply | None:
        """The earlier answer to the same call, else None, and the key is under way.

        Raises Conflict for another body, or while the first call still runs.
        """
        place = (account.provider, account.name, key)
        row = self._journal.key_row(*place)
        if row is not None and row[1] > self._clock.now() - seconds:
            digest, _, status, body = row
            if digest != _digest(request):
                raise Conflict("invalid_idempotent_request")
            return Reply(status=status, body=body, headers=(JSON_TYPE,))
        if place in self._running:
            raise Conflict("concurrent_idempotent_requests")
        self._running.add(place)
        return None

    def end(self, account: Account, key: str) -> None:
        """The call is over, whether its answer was remembered or not."""
        self._running.discard((account.provider, account.name, key))

    def row(self, account: Account, key: str, request: Request, reply: Reply) -> tuple[Any, ...]:
        """What the journal is to remember of a finished call."""
        now = self._clock.now()
        digest = _digest(request)
        return (account.provider, account.name, key, digest, now, reply.status, reply.body)


def _digest(request: Request) -> bytes:
    return hashlib.blake2b(request.path.encode() + b"\0" + request.body, digest_size=16).digest()
