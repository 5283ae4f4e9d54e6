"""How does a person write to a mailbox, so that it comes in at the provider where that mailbox is?"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from .accounts import AccountBook
from .links import find_mailbox
from .providers import registry
from .shapes import Accept, Headers, Mail
from .wire import CallFailed, Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail from a person; `headers` are those beyond the usual ones."""

    sender: str
    recipient: str
    subject: str
    text: str
    message_id: str
    headers: Headers = ()

    @property
    def all_headers(self) -> list[tuple[str, str]]:
        named = [("From", self.sender), ("To", self.recipient), ("Subject", self.subject)]
        return [*named, ("Message-ID", f"<{self.message_id}>"), *self.headers]


async def unsubscribe_by_mail(
    accept: Accept, mail: Mail, *, accounts: AccountBook, wire: Wire, at: float, is_automatic: bool
) -> dict[str, Any]:
    """Write to the mailbox of List-Unsubscribe; a vacation program's answer does it with a header that says so."""
    outcome = {"accept": accept.number, "action": "unsubscribe-by-mail", "by": "person"}
    account = accounts.named(accept.provider, accept.account)
    inbound = registry()[accept.provider].inbound if accept.provider in registry() else None
    mailbox = find_mailbox(mail)
    if not mailbox:
        return {**outcome, "done": False, "reason": "the mail offers no unsubscribe by mail"}
    if account is None or inbound is None or not account.inbound_url:
        return {**outcome, "done": False, "reason": "no mail comes in through this account"}
    letter = write_letter(accept.recipient, mailbox, is_automatic=is_automatic)
    headers, body = inbound.bring(letter, account, at)
    try:
        answered = await wire.call("POST", account.inbound_url, headers=headers, body=body)
    except CallFailed as error:
        return {**outcome, "done": False, "reason": str(error)}
    told = {"mailbox": letter.recipient, "reason": f"answered with {answered.status}"}
    return {**outcome, "done": answered.status == 200, **told}


def write_letter(sender: str, mailbox: str, *, is_automatic: bool) -> Letter:
    """What a mail program writes to a mailto address."""
    parts = urlsplit(mailbox)
    asked = parse_qs(parts.query)
    return Letter(
        sender=sender,
        recipient=unquote(parts.path),
        subject="Out of office" if is_automatic else asked.get("subject", ["unsubscribe"])[0],
        text="I am away." if is_automatic else "",
        message_id=f"{secrets.token_hex(12)}@mail.example",
        headers=(("Auto-Submitted", "auto-replied"),) if is_automatic else (),
    )
