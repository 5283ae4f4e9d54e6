"""Why is a person in a segment, or not? Every part of the rule with its answer, and the value that decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.segments.conditions import AnyCondition
from campaigns.segments.conditions.membership import InSegment
from campaigns.segments.faults import BadRule
from campaigns.segments.known import Known
from campaigns.segments.pieces import Piece, Statement
from campaigns.segments.running import LIVE_SECONDS, limited
from campaigns.segments.tree import Group, read_rule

_TITLES = {"all": "All of these", "any": "Any of these", "none": "None of these"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One part of the rule: what was asked, whether it holds, and what decided it."""

    says: str
    holds: bool
    evidence: str = ""
    depth: int = 0
    is_group: bool = False
    segment_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """The whole answer, parts in the order of the rule."""

    is_in: bool
    answers: tuple[Answer, ...]


def explain_person(rule: Mapping[str, Any], contact_id: int, *, at: datetime, inside: tuple[int, ...] = ()) -> Reasons:
    """Judge one contact. Raises BadRule, TooSlow."""
    root = read_rule(rule).root if rule else Group(type="group", rules=())
    leaves = list(_leaves(root))
    known = Known()
    found = _ask(leaves, contact_id, Statement(at=at, known=known, inside=inside, is_of_one=True))
    answers = list(_answer(root, iter(found), known, 0))
    return Reasons(is_in=answers[0].holds, answers=tuple(answers))


def _ask(leaves: list[AnyCondition], contact_id: int, into: Statement) -> list[tuple[bool, str]]:
    """All questions in one statement about one person."""
    pieces = [piece for one in leaves for piece in (one.test(into), one.evidence(into))]
    what = Piece(
        ", ".join(["c.id", *(one.sql for one in pieces)]), tuple(value for one in pieces for value in one.values)
    )
    statement = into.finish(what, Piece("c.id = %s", (contact_id,)))
    with limited(LIVE_SECONDS) as cursor:
        cursor.execute(statement.sql, statement.values)
        row = cursor.fetchone()
    if row is None:
        raise BadRule("There is no such contact.")
    values = row[1:]
    return [
        (bool(test), "" if said is None else str(said)) for test, said in zip(values[::2], values[1::2], strict=True)
    ]


def _leaves(part: Group | AnyCondition) -> Iterator[AnyCondition]:
    if not isinstance(part, Group):
        yield part
        return
    for one in part.rules:
        yield from _leaves(one)


def _answer(
    part: Group | AnyCondition, found: Iterator[tuple[bool, str]], known: Known, depth: int
) -> Iterator[Answer]:
    """The part itself first, then what is in it."""
    if not isinstance(part, Group):
        holds, evidence = next(found)
        segment = part.segment if isinstance(part, InSegment) else None
        yield Answer(says=part.say(known), holds=holds, evidence=evidence, depth=depth, segment_id=segment)
        return
    inner = [list(_answer(one, found, known, depth + 1)) for one in part.rules]
    each = [answers[0].holds for answers in inner]
    holds = not each or {"all": all(each), "any": any(each), "none": not any(each)}[part.match]
    title = _TITLES[part.match] if part.rules else "Everyone"
    yield Answer(says=title, holds=holds, depth=depth, is_group=True)
    for answers in inner:
        yield from answers
