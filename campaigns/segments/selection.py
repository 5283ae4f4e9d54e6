"""How does a rule become SQL?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.segments.faults import BadRule
from campaigns.segments.known import Known
from campaigns.segments.nesting import EVERYBODY, write_part
from campaigns.segments.pieces import Piece, Statement
from campaigns.segments.tree import read_rule

__all__ = ["BadRule", "Selection", "select_people"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A SELECT with one column, `id`, that gives each selected contact once; values are bound, never written in."""

    sql: str
    parameters: tuple[Any, ...] = ()


def select_people(
    rule: Mapping[str, Any], *, at: datetime, known: Known | None = None, inside: tuple[int, ...] = ()
) -> Selection:
    """The contacts that a rule selects at a moment; an empty rule selects everybody who was not erased.

    `inside` names the segment whose rule it is, which it may not ask for. Raises BadRule.
    """
    into = Statement(at=at, known=known or Known(), inside=inside)
    test = write_part(read_rule(rule).root, into) if rule else EVERYBODY
    whole = into.finish(Piece("c.id"), Piece(f"c.erased_at IS NULL AND {test.sql}", test.values))
    return Selection(sql=whole.sql, parameters=whole.values)
