"""How is something made to happen to an accepted mail?

Either a provider tells of it by webhook, or a person's mail program does it over HTTP.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from .accounts import Account, AccountBook
from .archive import Archive, BodyGone
from .clock import Clock
from .letters import unsubscribe_by_mail
from .links import find_links
from .person import NothingToDo, Person
from .postman import Delivery, Postman
from .providers import registry
from .shapes import Accept, EventKind, Mail, Notice
from .wire import CallFailed

MOST_LOGGED = 2_000


class Happening(NamedTuple):
    accept: Accept
    kind: EventKind
    link: int | None = None
    is_first: bool = True  # made by the script; a repeat gets the same event id


class Acts:
    def __init__(self, accounts: AccountBook, archive: Archive, person: Person, postman: Postman, clock: Clock) -> None:
        self._accounts = accounts
        self._archive = archive
        self._person = person
        self._postman = postman
        self._clock = clock
        self.log: deque[dict[str, Any]] = deque(maxlen=MOST_LOGGED)

    async def perform(self, happening: Happening) -> dict[str, Any]:
        """A person's own doing; says what was called, or why nothing was."""
        outcome: dict[str, Any] = {"accept": happening.accept.number, "action": happening.kind.value, "by": "person"}
        try:
            mail = self._archive.mail(happening.accept)
            outcome |= {"done": True, "url": await self._do(happening, mail)}
        except (NothingToDo, CallFailed) as error:
            outcome |= {"done": False, "reason": str(error)}
        except BodyGone:
            outcome |= {"done": False, "reason": "the mail's body is no longer kept"}
        self.log.append({"at": self._clock.now(), **outcome})
        return outcome

    async def _do(self, happening: Happening, mail: Mail) -> str:
        if happening.kind is EventKind.OPENED:
            return (await self._person.open(mail))[-1]
        if happening.kind is EventKind.CLICKED:
            return await self._person.click(mail, happening.link)
        if happening.kind is EventKind.UNSUBSCRIBED:
            return await self._person.unsubscribe(mail)
        raise NothingToDo(f"{happening.kind.value} is told by the provider")

    async def write(self, accept: Accept, *, is_automatic: bool) -> dict[str, Any]:
        """A person's mail to the mailbox of List-Unsubscribe, or the answer of their vacation program."""
        try:
            outcome = await unsubscribe_by_mail(
                accept, self._archive.mail(accept, is_whole=False), accounts=self._accounts, wire=self._person.wire,
                at=self._clock.now(), is_automatic=is_automatic,
            )  # fmt: skip
        except BodyGone:
            outcome = {"accept": accept.number, "done": False, "reason": "the mail's body is no longer kept"}
        self.log.append({"at": self._clock.now(), **outcome})
        return outcome

    async def tell(self, happenings: Iterable[Happening]) -> int:
        """Queue the providers' webhooks for these; returns how many events will be told."""
        grouped: dict[tuple[str, str], list[Happening]] = defaultdict(list)
        for happening in happenings:
            grouped[happening.accept.provider, happening.accept.account].append(happening)
        told = 0
        for (provider, name), group in grouped.items():
            account = self._accounts.named(provider, name)
            if account is not None and account.webhook_url and provider in registry():
                told += await self._tell_account(account, group)
        return told

    async def _tell_account(self, account: Account, group: list[Happening]) -> int:
        webhooks = registry()[account.provider].webhooks
        worded: list[tuple[Notice, dict[str, Any]]] = []
        for happening in group:
            notice = self._notice(happening)
            event = webhooks.describe(notice) if notice is not None else None
            if notice is not None and event is not None:
                worded.append((notice, event))
        for start in range(0, len(worded), webhooks.BATCH):
            part = worded[start : start + webhooks.BATCH]
            body = webhooks.encode([event for _, event in part], account, self._clock.now())
            receiver = _receiver(account, part[0][0])
            await self._postman.put(_delivery(receiver, body, [notice for notice, _ in part]))
        return len(worded)

    def _notice(self, happening: Happening) -> Notice | None:
        try:
            mail = self._archive.mail(happening.accept, is_whole=happening.kind is EventKind.CLICKED)
        except BodyGone:
            return None
        url = _click_url(mail, happening.link) if happening.kind is EventKind.CLICKED else ""
        return Notice(
            kind=happening.kind,
            identity=_event_id(happening),
            at=self._clock.now(),
            accept=happening.accept,
            mail=mail,
            url=url,
        )


def _receiver(account: Account, notice: Notice) -> Account:
    """The account with the address for this notice, where the provider lets each message name its own."""
    find_address = getattr(registry()[account.provider].webhooks, "find_address", None)
    return account if find_address is None else replace(account, webhook_url=find_address(notice, account))


def _delivery(account: Account, body: bytes, notices: list[Notice]) -> Delivery:
    return Delivery(
        account=account,
        identity="msg_" + notices[0].identity,
        body=body,
        events=[f"{one.kind.value} {one.accept.recipient}" for one in notices],
        accepts=[one.accept.number for one in notices],
    )


def _event_id(happening: Happening) -> str:
    """The script's own event keeps its id when a crash makes the simulator tell it again."""
    if not happening.is_first:
        return secrets.token_hex(16)
    accept = happening.accept
    key = f"{accept.number}:{accept.at}:{accept.provider_message_id}:{happening.kind.value}"
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


def _click_url(mail: Mail, link: int | None) -> str:
    links = find_links(mail)
    if link is not None and 0 <= link < len(links):
        return links[link].url
    return next((one.url for one in links if not one.is_leaving), "")
