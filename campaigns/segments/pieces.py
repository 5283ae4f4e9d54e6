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
    #: About one contact, whose id reaches into every set: nothing is worked out for all.
    is_of_one: bool = False
    _counted: dict[str, tuple[str, Piece]] = field(default_factory=dict)
    _joins: dict[str, tuple[str, Piece]] = field(default_factory=dict)

    def count_first(self, rows: Piece) -> Piece:
        """What stands in FROM for rows that are counted over many events or mails.

        They are worked out before the rest, and once, whoever asks for them. Otherwise each parallel process would
        count them anew.
        """
        if self.is_of_one:
            return Piece(f"({rows.sql})", rows.values)
        name, _ = self._counted.setdefault(_key(rows), (f"s{len(self._counted) + 1}", rows))
        return Piece(name)

    def member(self, people: Piece, *, is_counted: bool = False) -> Piece:
        """Whether a contact is among `people`, a SELECT with a column `contact_id` that gives each once."""
        source = self.count_first(people) if is_counted else Piece(f"({people.sql})", people.values)
        name = f"j{len(self._joins) + 1}"
        join = Piece(f" LEFT JOIN {source.sql} {name} ON {name}.contact_id = c.id", source.values)
        name, _ = self._joins.setdefault(_key(people), (name, join))
        return Piece(f"{name}.contact_id IS NOT NULL")

    def beside(self, name: str, row: Piece) -> None:
        """Make the one row that `row` selects for each contact known as `name`."""
        self._joins.setdefault(name, (name, Piece(f" CROSS JOIN LATERAL ({row.sql}) {name}", row.values)))

    def finish(self, what: Piece, test: Piece) -> Piece:
        """`SELECT what` of the contacts that pass the test."""
        joins = [join for _, join in self._joins.values()]
        counted = [rows for _, rows in self._counted.values()]
        first = ", ".join(f"{name} AS MATERIALIZED ({rows.sql})" for name, rows in self._counted.values())
        tables = "".join(one.sql for one in joins)
        values = tuple(value for one in (*counted, what, *joins, test) for value in one.values)
        sql = f"SELECT {what.sql} FROM preferences_contact c{tables} WHERE {test.sql}"
        return Piece(f"WITH {first} {sql}" if first else sql, values)


def _key(rows: Piece) -> str:
    return f"{rows.sql} {rows.values!r}"
