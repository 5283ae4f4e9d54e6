"""How engaged is the person at the moment? The score of `preferences.engagement`, worked out in SQL just as there."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from campaigns.segments.conditions.base import Condition, Number
from campaigns.segments.conditions.wording import list_words, plain
from campaigns.segments.known import Known
from campaigns.segments.pieces import Piece, Statement, join_pieces
from preferences.engagement import HALF_LIFE, HIGHEST

#: From which score to below which, as `preferences.engagement.name_score` draws the lines.
_LEVELS = {"active": (20.0, None), "cooling": (2.0, 20.0), "dormant": (None, 2.0)}


def score(into: Statement) -> Piece:
    """0 to 100. Ages are bounded where nothing is left of any points, since `power` refuses smaller results."""
    sql = (
        "CASE WHEN c.engagement_at IS NULL THEN 0::float8 ELSE least(%s::float8, greatest(0, c.engagement_points)"
        " * power(0.5::float8, least(1000, greatest(0,"
        " date_part('epoch', %s::timestamptz - c.engagement_at) / %s::float8)))) END"
    )
    return Piece(sql, (HIGHEST, into.at, HALF_LIFE.total_seconds()))


def _lies_between(found: Piece, low: float | None, below: float | None) -> Piece:
    bounds = [(sign, one) for sign, one in ((">=", low), ("<", below)) if one is not None]
    tests = [Piece(f"({found.sql}) {sign} %s::float8", (*found.values, one)) for sign, one in bounds]
    return join_pieces(" AND ", tests)


def _say_score(found: Piece) -> Piece:
    return Piece(f"'a score of ' || round(({found.sql})::numeric, 1)::text || ' of 100'", found.values)


class Engagement(Condition):
    label: ClassVar[str] = "Engagement"

    type: Literal["engagement"]
    levels: Annotated[tuple[Literal["active", "cooling", "dormant"], ...], Field(min_length=1, max_length=3)]

    def test(self, into: Statement) -> Piece:
        found = score(into)
        return join_pieces(" OR ", [_lies_between(found, *_LEVELS[level]) for level in self.levels])

    def say(self, known: Known) -> str:
        return f"who is {list_words(self.levels, 'or')}"

    def evidence(self, into: Statement) -> Piece:
        return _say_score(score(into))


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
        return _say_score(score(into))
