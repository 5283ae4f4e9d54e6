"""Which journaled mails may an account find again through its provider's search?"""

from __future__ import annotations

from collections import defaultdict

from .accounts import Account
from .archive import Archive, BodyGone
from .journal import Journal
from .shapes import Accept, Mail

PAGE = 1000


class Records:
    """The journal as one account sees it: its own mails and nobody else's."""

    def __init__(self, journal: Journal, archive: Archive) -> None:
        self._journal = journal
        self._archive = archive
        self._tagged: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        self._read_up_to: dict[tuple[str, str], int] = defaultdict(int)

    def of_message(self, account: Account, message_id: str) -> list[Accept]:
        """The account's accepts of a message, by the sender's own id."""
        return self._journal.page(provider=account.provider, account=account.name, message_id=message_id)

    def of_recipient(self, account: Account, recipient: str) -> list[Accept]:
        """The account's accepts for an address, oldest first."""
        return self._journal.page(provider=account.provider, account=account.name, recipient=recipient)

    def mail(self, accept: Accept) -> Mail | None:
        """The mail without its bodies; None once it is no longer kept."""
        try:
            return self._archive.mail(accept, is_whole=False)
        except BodyGone:
            return None

    def tagged(self, account: Account, tag: str) -> list[Accept]:
        """The account's accepts with a tag, oldest first."""
        self._read_new(account)
        numbers = self._tagged.get((account.provider, account.name, tag), ())
        return [found for number in numbers if (found := self._journal.find(number)) is not None]

    def _read_new(self, account: Account) -> None:
        """The journal has no tags: each call is opened once for them."""
        whose = (account.provider, account.name)
        tags: dict[int, tuple[str, ...]] = {}
        while page := self._journal.page(
            after=self._read_up_to[whose], limit=PAGE, provider=account.provider, account=account.name
        ):
            for accept in page:
                if accept.call not in tags:
                    mail = self.mail(accept)
                    tags[accept.call] = mail.tags if mail else ()
                for tag in tags[accept.call]:
                    self._tagged[*whose, tag].append(accept.number)
            self._read_up_to[whose] = page[-1].number
