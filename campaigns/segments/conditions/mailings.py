"""What became of one mailing for the person? The numbers of a report, each as a question that stays true later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from campaigns.segments.conditions.base import Condition, Key, Words
from campaigns.segments.conditions.mailing_parts import PARTS, Part, match_part, say_part
from campaigns.segments.known import Known
from campaigns.segments.pieces import Piece, Statement, join_pieces
from config.ids import id_floor

Fact = Literal[
    "sent", "delivered", "opened", "not_opened", "clicked", "not_clicked", "converted", "unsubscribed", "bounced",
    "complained", "machine_opened", "scanner_clicked",
]  # fmt: skip

# What a provider reported on was sent, also where its answer to the call was lost; as `tracking.figures` counts it.
_SENT = "coalesce(m.sent_at, m.delivered_at, m.bounced_at)"
_BOUGHT = "(SELECT max(k.occurred_at) FROM tracking_conversion k WHERE k.message_id = m.id AND k.refunds = '')"
_MACHINE = (
    "(SELECT min(e.occurred_at) FROM tracking_messageevent e WHERE e.message_id = m.id AND e.kind = '{0}'"
    " AND e.is_machine)"
)
#: The words with the mailing's name in them, when it happened, and what must not have happened besides.
FACTS: dict[str, tuple[str, str, str]] = {
    "sent": ("was sent {0}", _SENT, ""),
    "delivered": ("received {0}", "m.delivered_at", ""),
    "opened": ("opened {0}", "m.opened_at", ""),
    "not_opened": ("got {0} and did not open it", _SENT, "coalesce(m.opened_at, m.clicked_at, m.bounced_at)"),
    "clicked": ("clicked in {0}", "m.clicked_at", ""),
    "not_clicked": ("got {0} and did not click in it", _SENT, "coalesce(m.clicked_at, m.bounced_at)"),
    "converted": ("converted after {0}", _BOUGHT, ""),
    "unsubscribed": ("unsubscribed from {0}", "m.unsubscribed_at", ""),
    "bounced": ("bounced when {0} was sent", "m.bounced_at", ""),
    "complained": ("reported {0} as spam", "m.complained_at", ""),
    "machine_opened": ("has a machine that opened {0}", _MACHINE.format("opened"), ""),
    "scanner_clicked": ("has a scanner that clicked in {0}", _MACHINE.format("clicked"), ""),
}


class Mailing(Condition):
    """One source (a campaign), or the mails of one type of the last days; of a part of them where `by` says which."""

    label: ClassVar[str] = "A campaign"

    type: Literal["mailing"]
    fact: Fact = "clicked"
    source: Key | None = None  # "campaign:42"
    mail_type: Key | None = None
    days: Annotated[int, Field(ge=1, le=3660)] | None = None  # whole days of UTC, today included
    by: Part | None = None
    value: Words | None = None

    @model_validator(mode="after")
    def _must_name_one(self) -> Mailing:
        if (self.source is None) == (self.mail_type is None):
            raise ValueError("choose a campaign")
        if self.by is not None and self.value is None:
            raise ValueError(f"say which {PARTS[self.by]}")
        return self

    def matches(self, at: datetime) -> Piece:
        """The tests of a mail `m` to the person `p`."""
        _said, moment, unless = FACTS[self.fact]
        tests = [self.of(at), Piece(f"{moment} IS NOT NULL")]
        if unless:
            tests.append(Piece(f"{unless} IS NULL"))
        if self.by is not None and self.value is not None:
            is_machine = self.fact == "scanner_clicked"
            tests.append(match_part(self.by, self.value, moment, source=self.source or "", is_machine=is_machine))
        return join_pieces(" AND ", tests)

    def of(self, at: datetime) -> Piece:
        """The test that a mail `m` is of the mailing, whatever became of it."""
        if self.source is not None:
            return Piece("m.source = %s", (self.source,))
        if self.days is None:
            return Piece("m.type_key = %s", (self.mail_type,))
        midnight = (at + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        since = id_floor(midnight - timedelta(days=self.days))
        return Piece("m.type_key = %s AND m.id >= %s AND m.id < %s", (self.mail_type, since, id_floor(midnight)))

    def test(self, into: Statement) -> Piece:
        found = self.matches(into.at)
        return into.member(Piece(f"SELECT m.contact_id {MAILS} WHERE {found.sql} GROUP BY m.contact_id", found.values))

    def say(self, known: Known) -> str:
        part = f" ({say_part(self.by, self.value)})" if self.by and self.value else ""
        return f"who {FACTS[self.fact][0].format(self._name(known))}{part}"

    def _name(self, known: Known) -> str:
        if self.source is not None:
            return f"“{known.mailing(self.source)}”"
        days = f" of the last {self.days} days" if self.days else ""
        return f"a mail of type “{self.mail_type}”{days}"

    def evidence(self, into: Statement) -> Piece:
        found = self.matches(into.at)
        moment = f"to_char(max({FACTS[self.fact][1]}) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI \"UTC\"')"
        return Piece(f"(SELECT {moment} {MAILS} WHERE m.contact_id = c.id AND {found.sql})", found.values)


#: A mail and whom it went to, as `Mailing.matches` speaks of them.
MAILS = "FROM tracking_message m JOIN preferences_contact p ON p.id = m.contact_id"
