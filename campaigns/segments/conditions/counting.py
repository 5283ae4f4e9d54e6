"""How often, or how much? Who never did a thing has done it no times, and is in no table of those who did."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from campaigns.segments.conditions.base import Number, Part
from campaigns.segments.conditions.wording import plain
from campaigns.segments.pieces import Piece, Statement, negate

_TESTS: dict[str, tuple[Callable[[Any, Any], bool], str, str]] = {  # test, SQL, SQL of the opposite
    "at_least": (operator.ge, ">=", "<"),
    "at_most": (operator.le, "<=", ">"),
    "exactly": (operator.eq, "=", "<>"),
}


class Count(Part):
    """So many times."""

    test_is: Literal["at_least", "at_most", "exactly"] = "at_least"
    number: Annotated[int, Field(ge=0, le=100_000)] = 1


class Amount(Part):
    """So much in sum."""

    test_is: Literal["at_least", "at_most"] = "at_least"
    number: Number


def compare_aggregate(of: Piece, people: Piece, wanted: Count | Amount, into: Statement) -> Piece:
    """Whether what a contact has of an aggregate is as wanted.

    `people` selects `contact_id` up to its GROUP BY. Only those whose answer differs from that of people without
    any row are looked for: "at most 2" is everybody but those with more.
    """
    test, sign, opposite = _TESTS[wanted.test_is]
    holds_for_none = test(Decimal(0), wanted.number)
    sql = f"{people.sql} HAVING {of.sql} {opposite if holds_for_none else sign} %s"
    found = into.member(Piece(sql, (*people.values, *of.values, wanted.number)), is_counted=True)
    return negate(found) if holds_for_none else found


def compare_count(people: Piece, wanted: Count, into: Statement) -> Piece:
    """Whether a contact has so many rows. Of those who have any at all, none needs to be counted."""
    match wanted.test_is, wanted.number:
        case "at_least", 1:
            return into.member(people, is_counted=True)
        case ("at_most", 0) | ("exactly", 0):
            return negate(into.member(people, is_counted=True))
    return compare_aggregate(Piece("count(*)"), people, wanted, into)


def say_count(count: Count) -> str:
    """ "at least twice"."""
    if count.test_is != "at_least" and count.number == 0:
        return "never"
    times = {1: "once", 2: "twice"}.get(count.number, f"{count.number} times")
    return {"at_least": "at least ", "at_most": "at most ", "exactly": "exactly "}[count.test_is] + times


def say_amount(amount: Amount) -> str:
    """ "at least 100"."""
    return f"{'at least' if amount.test_is == 'at_least' else 'at most'} {plain(amount.number)}"
