"""Which parts make up a running simulator, and which knows which?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from .accounts import AccountBook, read_account
from .acts import Acts
from .agenda import Agenda
from .archive import Archive
from .bodies import Bodies
from .clock import Clock
from .door import Door
from .faults import Faults
from .idempotency import KeyRing
from .intake import Intake
from .journal import Journal
from .options import Options
from .person import Person
from .postman import Postman
from .providers import check_account
from .records import Records
from .smtp.desk import Desk
from .wire import Wire


class Simulator:
    """To be made inside a running event loop; `run` keeps its clockwork going."""

    def __init__(self, options: Options) -> None:
        directory = options.directory
        directory.mkdir(parents=True, exist_ok=True)
        self.clock = Clock()
        self.accounts = AccountBook(directory / "accounts.json", is_open=options.is_open, check=check_account)
        if options.accounts is not None:
            given = json.loads(options.accounts.read_text())
            self.accounts.replace(read_account(entry) for entry in given)
        bodies = Bodies(directory / "bodies", calls=options.keep_bodies, megabytes=options.keep_megabytes)
        self.journal = Journal(directory / "journal.sqlite", bodies, is_synced=options.is_synced)
        self.archive = Archive(self.journal)
        self.wire = Wire()
        self.person = Person(self.wire, options.person_hosts)
        self.postman = Postman(self.wire, self.clock)
        self.acts = Acts(self.accounts, self.archive, self.person, self.postman, self.clock)
        self.agenda = Agenda(self.journal, self.acts, self.clock, seed=options.seed)
        self.faults = Faults(options.seed)
        intake = Intake(self.journal, self.clock, self.agenda.wake)
        keys = KeyRing(self.journal, self.clock)
        records = Records(self.journal, self.archive)
        self.door = Door(self.accounts, self.faults, keys, intake, records)
        self.desk = Desk(self.accounts, self.faults, intake)

    async def run(self) -> None:
        """Plan what happens to mails and deliver webhooks, until cancelled."""
        async with asyncio.TaskGroup() as parts:
            parts.create_task(self.agenda.run())
            parts.create_task(self.postman.run())

    def empty(self) -> None:
        """Forget every accept and all that was to come of it."""
        self.journal.clear()
        self.archive.clear()
        self.agenda.forget()
        self.postman.forget()
        self.acts.log.clear()

    def forget(self, recipients: Sequence[str]) -> int:
        """Forget the mails of these recipients, wherever they are; the accepts stay, with nobody in them."""
        numbers = set(self.journal.forget(recipients))
        if numbers:
            self.archive.clear()
            self.agenda.forget_accepts(numbers)
            self.postman.forget_accepts(numbers)
            acts = [line for line in self.acts.log if line["accept"] not in numbers]
            self.acts.log.clear()
            self.acts.log.extend(acts)
        return len(numbers)

    def close(self) -> None:
        self.wire.close()
        self.journal.close()
