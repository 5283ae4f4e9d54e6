"""What did the person do in the product, how often, and how much was it worth?"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from campaigns.segments.conditions.base import Condition, Key, Part
from campaigns.segments.conditions.counting import (
    Amount,
    Count,
    compare_aggregate,
    compare_count,
    say_amount,
    say_count,
)
from campaigns.segments.conditions.payloads import PayloadTest, match_payload, number_in, require_field
from campaigns.segments.conditions.sources import Place
from campaigns.segments.conditions.windows import Ever, Window, lie_within, say_window
from campaigns.segments.conditions.wording import list_words
from campaigns.segments.faults import BadRule
from campaigns.segments.known import Known
from campaigns.segments.pieces import Piece, Statement, join_pieces

_EVER = Ever(kind="ever")


class _Matching(Part):
    """Events of a name whose payload is as asked."""

    name: Key
    where: tuple[PayloadTest, ...] = Field((), max_length=10)

    def matches(self, into: Statement) -> list[Piece]:
        """The tests of an event `e`. A refused or doubled event did not happen."""
        schema = into.known.schema(self.name)
        named = Piece("e.state = 'accepted' AND e.contact_id IS NOT NULL AND e.name = %s", (self.name,))
        return [named, *(match_payload(schema, one, into) for one in self.where)]

    def say_what(self, known: Known) -> str:
        """ "order.placed with total is more than 50"."""
        known.schema(self.name)
        asked = [f"{one.field} {one.say_answer()}" for one in self.where]
        return f"“{self.name}”" + (f" where {list_words(asked, 'and')}" if asked else "")


class Anchor(_Matching):
    """The last event of this kind of each contact."""


class _Happened(_Matching, Condition):
    window: Window = _EVER
    since: Anchor | None = Field(None, description="Only what happened after the person's last one of these counts.")

    def rows(self, into: Statement) -> Piece:
        """SELECT … GROUP BY, of the events that count."""
        tests = [*self.matches(into), *lie_within("e.received_at", self.window, into.at)]
        last = _NOTHING
        if self.since is not None:
            anchors = into.count_first(_latest(self.since.matches(into)))
            last = Piece(
                f" JOIN {anchors.sql} a ON a.contact_id = e.contact_id AND e.received_at > a.at", anchors.values
            )
        return _latest(tests, last)

    def say_when(self, known: Known) -> str:
        """ " in the last 90 days since the last …"."""
        since = f", since the last {self.since.say_what(known)}" if self.since else ""
        return say_window(self.window) + since

    def sum_up(self, aggregate: Piece, into: Statement) -> Piece:
        """An aggregate over the events of the contact `c` that count."""
        rows = self.rows(into)
        counted = rows.sql.replace("max(e.received_at) AS at", f"{aggregate.sql} AS found", 1)
        sql = f"(SELECT x.found FROM ({counted}) x WHERE x.contact_id = c.id)"
        return Piece(sql, (*aggregate.values, *rows.values))


_NOTHING = Piece("")


def _latest(tests: list[Piece], beside: Piece = _NOTHING) -> Piece:
    """SELECT … GROUP BY: the contacts of events that pass, each with its last one. Of one shape, so it is read once."""
    test = join_pieces(" AND ", tests)
    return Piece(
        "SELECT e.contact_id, max(e.received_at) AS at FROM tracking_event e"
        f"{beside.sql} WHERE {test.sql} GROUP BY e.contact_id",
        (*beside.values, *test.values),
    )


class EventCount(_Happened):
    label: ClassVar[str] = "Did something"

    type: Literal["event"]
    count: Count = Count()

    def test(self, into: Statement) -> Piece:
        return compare_count(self.rows(into), self.count, into)

    def say(self, known: Known) -> str:
        what, when = self.say_what(known), self.say_when(known)
        often = say_count(self.count)
        return f"who never did {what}{when}" if often == "never" else f"who did {what} {often}{when}"

    def evidence(self, into: Statement) -> Piece:
        counted = (
            "count(*) || ', last ' || to_char(max(e.received_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI \"UTC\"')"
        )
        return self.sum_up(Piece(counted), into)


class EventSum(_Happened):
    label: ClassVar[str] = "Sum of something done"

    type: Literal["event_sum"]
    field: Key
    amount: Amount

    def _summed(self, into: Statement) -> Piece:
        if "[]" in self.field:
            raise BadRule("The items of a list cannot be summed up. Choose a field of the event itself.")
        require_field(into.known.schema(self.name), self.field, "number")
        number = number_in(Place("e.payload", tuple(self.field.split("."))))
        return Piece(f"coalesce(sum({number.sql}), 0)", number.values)

    def test(self, into: Statement) -> Piece:
        return compare_aggregate(self._summed(into), self.rows(into), self.amount, into)

    def say(self, known: Known) -> str:
        return f"whose sum of {self.field} of {self.say_what(known)} is {say_amount(self.amount)}{self.say_when(known)}"

    def evidence(self, into: Statement) -> Piece:
        summed = self._summed(into)
        return self.sum_up(Piece(f"{summed.sql}::text", summed.values), into)
