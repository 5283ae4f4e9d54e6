"""Is the person on a list, or in another segment?"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from campaigns.segments.conditions.base import Condition
from campaigns.segments.known import Known
from campaigns.segments.pieces import Piece, Statement, negate

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class OnList(Condition):
    label: ClassVar[str] = "List"

    type: Literal["list"]
    list: Id
    is_so: bool = True

    def test(self, into: Statement) -> Piece:
        into.known.list_name(self.list)
        people = Piece("SELECT l.contact_id FROM preferences_listmember l WHERE l.list_id = %s", (self.list,))
        found = into.member(people)
        return found if self.is_so else negate(found)

    def say(self, known: Known) -> str:
        return f"who is {'' if self.is_so else 'not '}on the list {known.list_name(self.list)}"

    def evidence(self, into: Statement) -> Piece:
        sql = (
            "(SELECT to_char(l.added_at AT TIME ZONE 'UTC', '\"added\" YYYY-MM-DD') FROM preferences_listmember l"
            " WHERE l.contact_id = c.id AND l.list_id = %s)"
        )
        return Piece(sql, (self.list,))


class InSegment(Condition):
    label: ClassVar[str] = "Segment"

    type: Literal["segment"]
    segment: Id
    is_so: bool = True

    def test(self, into: Statement) -> Piece:
        from campaigns.segments.nesting import write_segment

        found = write_segment(self.segment, into)
        return found if self.is_so else negate(found)

    def say(self, known: Known) -> str:
        return f"who is {'' if self.is_so else 'not '}in the segment {known.segment(self.segment).name}"

    def evidence(self, into: Statement) -> Piece:
        found = self.model_copy(update={"is_so": True}).test(into)
        return Piece(f"CASE WHEN {found.sql} THEN 'in it' ELSE 'not in it' END", found.values)
