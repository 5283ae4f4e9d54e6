"""Which providers does the simulator play, and what must each of them be able to do?

One folder for each, all of one shape: `api.py` reads and answers calls, `mail.py` is
the read call and makes each recipient's mail of it, `webhooks.py` words and signs
what happens afterwards. Some have `account.py`, which answers questions about the
account itself, `search.py`, which finds accepted mails again, or `inbound.py`, which
brings mail in. A new folder is found by itself.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol, cast

from notifications.simulator.accounts import Account, BadAccount
from notifications.simulator.shapes import Answer, Batch, Headers, Notice, Refused, Reply, Request

if TYPE_CHECKING:
    from notifications.simulator.letters import Letter
    from notifications.simulator.records import Records

#: Seconds that an idempotency key is remembered. https://resend.com/docs/dashboard/emails/idempotency-keys
A_DAY = 24 * 60 * 60


class Api(Protocol):
    """What `api.py` of a provider's folder has."""

    LARGEST: int  # bytes of one call

    def find_key(self, request: Request) -> str:
        """The API key that the call carries, or an empty string."""

    def read(self, request: Request, account: Account) -> Batch:
        """The call, checked as the provider checks it; raises Refused."""

    def answer(self, batch: Batch, account: Account, refused: frozenset[int]) -> Answer:
        """Ids and reply; `refused` positions are turned down the way this API does it."""

    def refuse(self, status: int, reason: str = "") -> Reply:
        """An error of this API's own shape; `reason` is its code, where it has codes."""

    def refuse_key(self, key: str) -> Reply:
        """The answer to a key that is unknown, or missing where it is empty."""

    def find_idempotency_key(self, request: Request) -> str | None:
        """The key of a call that may be repeated, where the provider honours one."""

    def reopen(self, path: str, content_type: str, body: bytes) -> Batch:
        """An accepted call once more, from what was journaled of it."""


class Webhooks(Protocol):
    """What `webhooks.py` of a provider's folder has."""

    BATCH: int  # events in one POST, at most

    def describe(self, notice: Notice) -> dict[str, Any] | None:
        """The event as this provider words it; None when it has no such webhook."""

    def encode(self, events: Sequence[dict[str, Any]], account: Account, at: float) -> bytes:
        """The body of one POST."""

    def sign(self, body: bytes, account: Account, identity: str, at: float) -> Headers:
        """The headers that prove where it comes from; made anew for each attempt."""


class Questions(Protocol):
    """What `account.py` of a provider's folder has, where there is one."""

    def look(self, request: Request, account: Account) -> Reply | None:
        """The answer to a GET about the account of the key; None when it asks for something else."""


class Searches(Protocol):
    """What `search.py` of a provider's folder has, where there is one."""

    def search(self, request: Request, account: Account, records: Records) -> Reply | None:
        """The answer to a GET for mails that the account has handed over; None when it asks for something else."""


class Inbound(Protocol):
    """What `inbound.py` of a provider's folder has, where there is one."""

    def bring(self, letter: Letter, account: Account, at: float) -> tuple[Headers, bytes]:
        """Headers and body of the POST that brings a mail in which somebody wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    name: str
    api: Api
    webhooks: Webhooks
    questions: Questions | None = None
    searches: Searches | None = None
    inbound: Inbound | None = None

    @property
    def key_seconds(self) -> int:
        """How long an idempotency key is remembered: the API's own `KEY_SECONDS`, else a day."""
        return int(getattr(self.api, "KEY_SECONDS", A_DAY))

    def repeat(self, earlier: Reply) -> Reply:
        """The answer to a call made again: the earlier one, or where the API has it its `refuse_repeat`."""
        refuse_repeat = getattr(self.api, "refuse_repeat", None)
        if refuse_repeat is not None:
            raise Refused(refuse_repeat())
        return earlier


@cache
def registry() -> Mapping[str, Provider]:
    """Every provider folder, by its name."""
    names = [module.name for module in pkgutil.iter_modules(__path__) if module.ispkg]
    return {name: _load(name) for name in sorted(names)}


def check_account(account: Account) -> None:
    """Raises BadAccount where the provider is unknown or could not sign a webhook with that key."""
    if account.provider == "smtp":
        return
    provider = registry().get(account.provider)
    if provider is None:
        raise BadAccount(f"unknown provider {account.provider!r}; known: {', '.join(registry())}, smtp")
    try:
        provider.webhooks.sign(b"", account, "check", 0)
    except (TypeError, ValueError) as error:
        raise BadAccount(f"{account.provider} cannot sign with that webhook_key: {error}") from error


def _load(name: str) -> Provider:
    folder = f"{__name__}.{name}"
    return Provider(
        name=name,
        api=cast(Api, import_module(f"{folder}.api")),
        webhooks=cast(Webhooks, import_module(f"{folder}.webhooks")),
        questions=cast(Questions, import_module(f"{folder}.account")) if find_spec(f"{folder}.account") else None,
        searches=cast(Searches, import_module(f"{folder}.search")) if find_spec(f"{folder}.search") else None,
        inbound=cast(Inbound, import_module(f"{folder}.inbound")) if find_spec(f"{folder}.inbound") else None,
    )
