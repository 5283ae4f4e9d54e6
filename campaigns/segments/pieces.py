"""How is one SQL statement put together from conditions, without a value ever standing in it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from campaigns.segments.known import Known


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a statement: SQL made of constants of ours alone, and the values of its placeholders in order."""

    sql: str
    values: tuple[Any, ...] = ()


def join_pieces(between: str, pieces: Sequence[Piece]) -> Piece:
    """All of them in one pair of brackets, with `between` between them."""
    return Piece(f"({between.join(one.sql for one in pieces)})", tuple(value for one in pieces for value in one.values))


def negate(piece: Piece) -> Piece:
    """Where the piece, which is never NULL, does not hold."""
    return Piece(f"NOT ({piece.sql})", piece.values)


@dataclass(slots=True, kw_only=True)
class Statement:
    """A SELECT over the contacts `c` while it is written.

    Sets of people (who ordered, who is on a list) are joined from the left, each once: that stays one hash join under
    AND, OR and NOT alike, and can spill to disk. A subquery under OR would be hashed only while it fits into memory.
    """

    at: datetime
    known: Known
    #: The segments that are being written, outermost first: one that comes again would never end.
    inside: tuple[int, ...] = ()
    _joins: dict[str, tuple[str, Piece]] = field(default_factory=dict)

    def member(self, people: Piece) -> Piece:
        """Whether a contact is among `people`, a SELECT with a column `contact_id` that gives each once."""
        found = self._joins.setdefault(f"{people.sql} {people.values!r}", (f"j{len(self._joins) + 1}", people))
        return Piece(f"{found[0]}.contact_id IS NOT NULL")

    def beside(self, name: str, row: Piece) -> None:
        """Make the one row that `row` selects for each contact known as `name`."""
        self._joins.setdefault(name, (f"lateral:{name}", row))

    def finish(self, what: Piece, test: Piece) -> Piece:
        """`SELECT what` of the contacts that pass the test."""
        joins = [_join(alias, people) for alias, people in self._joins.values()]
        tables = "".join(one.sql for one in joins)
        values = tuple(value for one in joins for value in one.values)
        sql = f"SELECT {what.sql} FROM preferences_contact c{tables} WHERE {test.sql}"
        return Piece(sql, (*what.values, *values, *test.values))


def _join(alias: str, people: Piece) -> Piece:
    kind, _, name = alias.partition(":")
    if kind == "lateral":
        return Piece(f" CROSS JOIN LATERAL ({people.sql}) {name}", people.values)
    return Piece(f" LEFT JOIN ({people.sql}) {alias} ON {alias}.contact_id = c.id", people.values)
