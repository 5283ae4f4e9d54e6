"""How engaged is the person at the moment? The score of `preferences.engagement`, worked out in SQL just as there."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from campaigns.segments.conditions.base import Condition, Number
from campaigns.segments.conditions.wording import list_words, plain
from campaigns.segments.known import Known
from campaigns.segments.pieces import Piece, Statement
from preferences.engagement import HALF_LIFE, HIGHEST

#: Where `preferences.engagement.name_score` draws its lines.
_ACTIVE, _COOLING = 20.0, 2.0


def score(into: Statement) -> Piece:
    """0 to 100. Ages are bounded where nothing is left of any points, since `power` refuses smaller results."""
    sql = (
        "CASE WHEN c.engagement_at IS NULL THEN 0::float8 ELSE least(%s::float8, greatest(0, c.engagement_points)"
        " * power(0.5::float8, least(1000, greatest(0,"
        " extract(epoch FROM %s - c.engagement_at)::float8 / %s::float8)))) END"
    )
    return Piece(sql, (HIGHEST, into.at, HALF_LIFE.total_seconds()))


class Engagement(Condition):
    label: ClassVar[str] = "Engagement"

    type: Literal["engagement"]
    levels: Annotated[tuple[Literal["active", "cooling", "dormant"], ...], Field(min_length=1, max_length=3)]

    def test(self, into: Statement) -> Piece:
        found = score(into)
        named = (
            "CASE WHEN v.score >= %s::float8 THEN 'active' WHEN v.score >= %s::float8 THEN 'cooling' ELSE 'dormant' END"
        )
        sql = f"(SELECT {named} = ANY(%s::text[]) FROM (SELECT {found.sql} AS score) v)"
        return Piece(sql, (_ACTIVE, _COOLING, list(self.levels), *found.values))

    def say(self, known: Known) -> str:
        return f"who is {list_words(self.levels, 'or')}"

    def evidence(self, into: Statement) -> Piece:
        found = score(into)
        return Piece(f"round(({found.sql})::numeric, 1)::text", found.values)


class Score(Condition):
    label: ClassVar[str] = "Engagement score"

    type: Literal["score"]
    test_is: Literal["at_least", "less_than"] = "at_least"
    number: Number

    def test(self, into: Statement) -> Piece:
        found = score(into)
        sign = ">=" if self.test_is == "at_least" else "<"
        return Piece(f"({found.sql}) {sign} %s::float8", (*found.values, self.number))

    def say(self, known: Known) -> str:
        return f"who has an engagement of {self.test_is.replace('_', ' ')} {plain(self.number)} (of 100)"

    def evidence(self, into: Statement) -> Piece:
        found = score(into)
        return Piece(f"round(({found.sql})::numeric, 1)::text", found.values)
