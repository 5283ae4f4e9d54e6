"""How is a call to a provider's HTTP API received, judged, and answered?"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from typing import TYPE_CHECKING, Any

from .accounts import Account, AccountBook
from .faults import FaultKind, Faults, Rule
from .idempotency import Conflict, KeyRing
from .intake import Intake
from .providers import Provider, registry
from .records import Records
from .shapes import Answer, Batch, Refused, Reply, Request

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

# The server puts a callable under this name into the scope's extensions: it resets
# the connection without a word, which ASGI has no way to ask for.
ABORT = "simulator.abort"


class Reset(Exception):
    """The connection is to be cut without an answer."""


class Door:
    def __init__(self, accounts: AccountBook, faults: Faults, keys: KeyRing, intake: Intake, records: Records) -> None:
        self._accounts = accounts
        self._faults = faults
        self._keys = keys
        self._intake = intake
        self._records = records

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, name, path = scope["path"].split("/", 2)
        provider = registry()[name]
        try:
            request = await _receive_request(scope, receive, path, provider.api.LARGEST)
            reply = await self._answer(provider, request, receive)
        except Refused as refused:
            reply = refused.reply
        except Reset:
            scope["extensions"][ABORT]()
            return
        await _send_reply(reply, send)

    async def _answer(self, provider: Provider, request: Request, receive: Receive) -> Reply:
        if len(request.body) > provider.api.LARGEST:
            raise Refused(provider.api.refuse(413))
        account = self._authenticate(provider, request)
        if (told := _look(provider, request, account)) is not None:
            return told
        if (found := self._search(provider, request, account)) is not None:
            return found
        key = provider.api.find_idempotency_key(request)
        if key is None:
            return await self._take(provider, request, account, receive)
        try:
            earlier = self._keys.begin(account, key, request, seconds=provider.key_seconds)
        except Conflict as conflict:
            raise Refused(provider.api.refuse(409, str(conflict))) from conflict
        if earlier is not None:
            return provider.repeat(earlier)
        try:
            return await self._take(provider, request, account, receive, key=key)
        finally:
            self._keys.end(account, key)

    def _search(self, provider: Provider, request: Request, account: Account) -> Reply | None:
        """What the account's own mails are found by; like `_look`, it suffers no fault and journals nothing."""
        if request.method != "GET" or provider.searches is None:
            return None
        try:
            return provider.searches.search(request, account, self._records)
        except ValueError:  # a number that is none
            return provider.api.refuse(400)

    def _authenticate(self, provider: Provider, request: Request) -> Account:
        key = provider.api.find_key(request)
        account = self._accounts.find(provider.name, key)
        if account is None:
            raise Refused(provider.api.refuse_key(key))
        return account

    async def _take(
        self, provider: Provider, request: Request, account: Account, receive: Receive, *, key: str = ""
    ) -> Reply:
        batch = _read(provider, request, account)
        fault = self._faults.draw(provider.name, batch.recipients)
        if fault is not None:
            await _suffer_before(fault, provider, receive)
        answer = provider.api.answer(batch, account, _refused_positions(fault, batch))
        try:
            await self._record(request, account, batch, answer, key)
        except (OSError, sqlite3.Error) as error:  # no room on the disk: nothing was promised
            raise Refused(provider.api.refuse(503)) from error
        return answer.reply if fault is None else await _suffer_after(fault, answer.reply, receive)

    async def _record(self, request: Request, account: Account, batch: Batch, answer: Answer, key: str) -> None:
        remembered = self._keys.row(account, key, request, answer.reply) if key else None
        await self._intake.take(
            batch,
            answer,
            account=account,
            path=request.path,
            content_type=request.headers.get("content-type", ""),
            body=request.body,
            key=key,
            remembered=remembered,
        )


def _look(provider: Provider, request: Request, account: Account) -> Reply | None:
    """The answer to a question about the account itself; no fault is drawn for it, nothing is journaled."""
    if request.method != "GET" or provider.questions is None:
        return None
    return provider.questions.look(request, account)


def _read(provider: Provider, request: Request, account: Account) -> Batch:
    try:
        return provider.api.read(request, account)
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        # A value of a type that no check foresaw: the real APIs call that malformed, too.
        raise Refused(provider.api.refuse(400)) from error


def _refused_positions(fault: Rule | None, batch: Batch) -> frozenset[int]:
    if fault is None or fault.kind is not FaultKind.PARTIAL_REFUSAL:
        return frozenset()
    return fault.positions(batch.recipients)


async def _suffer_before(fault: Rule, provider: Provider, receive: Receive) -> None:
    if fault.kind is FaultKind.LATENCY:
        await asyncio.sleep(fault.seconds)
    elif fault.kind is FaultKind.STATUS:
        raise Refused(_with_retry_after(provider.api.refuse(fault.status), fault))
    elif fault.kind is FaultKind.RESET_BEFORE_ACCEPT:
        raise Reset
    elif fault.kind is FaultKind.HANG:
        await _hang(fault.seconds, receive)


def _with_retry_after(reply: Reply, fault: Rule) -> Reply:
    if fault.retry_after is None:
        return reply
    headers = (*reply.headers, ("retry-after", f"{fault.retry_after:g}"))
    return Reply(status=reply.status, body=reply.body, headers=headers)


async def _suffer_after(fault: Rule, reply: Reply, receive: Receive) -> Reply:
    if fault.kind is FaultKind.RESET_AFTER_ACCEPT:
        raise Reset
    if fault.kind is FaultKind.HANG_AFTER_ACCEPT:
        await _hang(fault.seconds, receive)
    if fault.kind is FaultKind.BROKEN_JSON:
        half = reply.body[: len(reply.body) // 2] or b'{"errors": ['
        return Reply(status=reply.status, body=half, headers=reply.headers)
    return reply


async def _hang(seconds: float, receive: Receive) -> None:
    """Say nothing until the time is up or the caller has left."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    raise Reset


async def _receive_request(scope: Scope, receive: Receive, path: str, largest: int) -> Request:
    """Reads on a little beyond `largest`, so that the caller gets to see its refusal."""
    pieces: list[bytes] = []
    size = 0
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise Reset
        piece = message.get("body", b"")
        size += len(piece)
        if size > 2 * largest:
            raise Reset
        pieces.append(piece)
        if not message.get("more_body"):
            break
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    query = scope["query_string"].decode("latin-1")
    return Request(method=scope["method"], path=path, headers=headers, body=body, query=query)


async def _send_reply(reply: Reply, send: Send) -> None:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in reply.headers]
    headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
