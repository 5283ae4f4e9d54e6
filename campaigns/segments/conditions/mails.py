"""Which of our mails did the person get, open and click? Machines' opens and clicks are not the person's."""

from __future__ import annotations

from typing import ClassVar, Literal

from campaigns.segments.conditions.base import Condition, Key
from campaigns.segments.conditions.counting import Count, compare_count, say_count
from campaigns.segments.conditions.windows import Ever, Window, lie_within, say_window
from campaigns.segments.known import Known
from campaigns.segments.pieces import Piece, Statement, join_pieces

FACTS = {
    "sent": ("was sent", "m.sent_at"),
    "delivered": ("received", "m.delivered_at"),
    "opened": ("opened", "m.opened_at"),
    "clicked": ("clicked in", "m.clicked_at"),
    "bounced": ("bounced", "m.bounced_at"),
}


class MailCount(Condition):
    """Counts mails by the first time that a thing became of them."""

    label: ClassVar[str] = "Got, opened or clicked mail"

    type: Literal["mail"]
    fact: Literal["sent", "delivered", "opened", "clicked", "bounced"] = "clicked"
    count: Count = Count()
    window: Window = Ever(kind="ever")
    source: Key | None = None  # "campaign:42"
    topic: Key | None = None
    mail_type: Key | None = None

    def _rows(self, into: Statement) -> Piece:
        column = FACTS[self.fact][1]
        tests = [Piece(f"m.channel = 'email' AND {column} IS NOT NULL"), *lie_within(column, self.window, into.at)]
        if self.topic is not None:
            into.known.topic(self.topic)
        of = {"m.source": self.source, "m.topic_key": self.topic, "m.type_key": self.mail_type}
        tests += [Piece(f"{name} = %s", (value,)) for name, value in of.items() if value is not None]
        test = join_pieces(" AND ", tests)
        return Piece(f"SELECT m.contact_id FROM tracking_message m WHERE {test.sql} GROUP BY m.contact_id", test.values)

    def test(self, into: Statement) -> Piece:
        return compare_count(self._rows(into), self.count, into)

    def say(self, known: Known) -> str:
        about = f" about {known.topic(self.topic).name}" if self.topic else ""
        of = f" of type “{self.mail_type}”" if self.mail_type else ""
        by = f" from “{known.mailing(self.source)}”" if self.source else ""
        often, what = say_count(self.count), f"a mail{about}{of}{by}"
        done = f"never {FACTS[self.fact][0]}" if often == "never" else FACTS[self.fact][0]
        often = "" if often == "never" else f" {often}"
        return f"who {done} {what}{often}{say_window(self.window)}"

    def evidence(self, into: Statement) -> Piece:
        rows, column = self._rows(into), FACTS[self.fact][1]
        found = f"count(*) || ', last ' || to_char(max({column}) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI \"UTC\"')"
        counted = rows.sql.replace("SELECT m.contact_id", f"SELECT m.contact_id, {found} AS found", 1)
        return Piece(f"(SELECT x.found FROM ({counted}) x WHERE x.contact_id = c.id)", rows.values)
