"""Who may post a message by SMTP, what befalls it, and where does it go?"""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest
from typing import TYPE_CHECKING

from notifications.simulator.accounts import Account, AccountBook
from notifications.simulator.faults import FaultKind, Faults, Rule
from notifications.simulator.intake import Intake
from notifications.simulator.shapes import Answer, Reply

from .mail import SmtpBatch

if TYPE_CHECKING:
    from .session import Session

_ANYBODY = Account(provider="smtp", name="smtp")
_AT_RECIPIENT = frozenset({421, 450, 451, 550, 551, 553, 554})


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    recipients: tuple[str, ...]
    content: bytes
    identity: str  # what the server calls it in its answer


class Desk:
    """Shared by all sessions."""

    name = "simulator.localhost"

    def __init__(self, accounts: AccountBook, faults: Faults, intake: Intake) -> None:
        self._accounts = accounts
        self._faults = faults
        self._intake = intake
        self.sessions: set[Session] = set()

    @property
    def has_logins(self) -> bool:
        return self._accounts.is_open or any(one.username for one in self._accounts.of("smtp"))

    @property
    def needs_login(self) -> bool:
        """Without an SMTP account that has a user name, anybody may post."""
        if self._accounts.is_open:
            return False
        accounts = self._accounts.of("smtp")
        return bool(accounts) and all(one.username for one in accounts)

    def find_account(self, user: str, password: str) -> Account | None:
        account = self._accounts.find("smtp", user)
        if account is None or self._accounts.is_open:
            return account
        return account if compare_digest(account.password.encode(), password.encode()) else None

    def draw_for_recipient(self, address: str) -> Rule | None:
        """A refusal of one recipient: a status that belongs there, or a partial refusal."""
        if not self._faults.rules:
            return None
        return self._faults.draw("smtp", [address], _is_for_recipient)

    def draw_for_content(self, letter: Letter) -> Rule | None:
        if not self._faults.rules:
            return None
        return self._faults.draw("smtp", letter.recipients, lambda rule: not _is_for_recipient(rule))

    async def take(self, letter: Letter, account: Account | None) -> None:
        batch = SmtpBatch(letter.recipients, letter.content)
        answer = Answer(reply=Reply(status=250), ids=[letter.identity] * len(letter.recipients))
        account = account or next(iter(self._accounts.of("smtp")), _ANYBODY)
        await self._intake.take(
            batch,
            answer,
            account=account,
            path="\n".join(letter.recipients),
            content_type="message/rfc822",
            body=letter.content,
        )


def _is_for_recipient(rule: Rule) -> bool:
    if rule.kind is FaultKind.PARTIAL_REFUSAL:
        return True
    return rule.kind is FaultKind.STATUS and rule.status in _AT_RECIPIENT
